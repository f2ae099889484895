import pytest

from models.errors import WeightsCorrupt
from models.stt.moonshine_tokens import Vocabulary
from models.weights import moonshine_files


def written(path, tokens):
    """Write a vocabulary as the wheel has it."""
    data = b""
    for token in tokens:
        size = len(token)
        head = bytes([size]) if size < 128 else bytes([size % 128 + 128, size // 128])
        data += head + token
    path.write_bytes(data)
    return path


def test_tokens_join_into_text(tmp_path):
    tokens = [b"<unk>", b"<s>", b"</s>", "\u2581Good".encode(), "\u2581morn".encode(), b"ing", b"."]
    vocabulary = Vocabulary(written(tmp_path / "t.bin", tokens))
    assert len(vocabulary) == 7
    assert vocabulary.text([1, 3, 4, 5, 6, 2]) == "Good morning."
    assert vocabulary.text([]) == ""


def test_a_character_in_several_tokens_is_put_together(tmp_path):
    vocabulary = Vocabulary(written(tmp_path / "t.bin", [b"caf", b"\xc3", b"\xa9"]))
    assert vocabulary.text([0, 1, 2]) == "café"
    assert vocabulary.text([0, 1]) == "caf"


def test_long_and_empty_tokens_keep_their_places(tmp_path):
    tokens = [b"", b"a" * 127, b"b" * 128, b"c" * 300, b"end"]
    vocabulary = Vocabulary(written(tmp_path / "t.bin", tokens))
    assert [vocabulary.text([i]) for i in range(5)] == [token.decode() for token in tokens]


def test_small_marks_of_less_or_greater_are_text(tmp_path):
    vocabulary = Vocabulary(written(tmp_path / "t.bin", [b"<", b">", b"<>", b"<pad>"]))
    assert vocabulary.text([0, 1, 2, 3]) == "<><>"


def test_ids_outside_are_left_out(tmp_path):
    assert Vocabulary(written(tmp_path / "t.bin", [b"a"])).text([0, 5, -1]) == "a"


@pytest.mark.parametrize("data", [b"\x05abc", b"\x80", b"\xff\x10short"])
def test_a_file_that_ends_inside_a_token_is_refused(tmp_path, data):
    path = tmp_path / "t.bin"
    path.write_bytes(data)
    with pytest.raises(WeightsCorrupt, match="ends inside"):
        Vocabulary(path)


def test_the_real_vocabulary_has_a_token_for_each_logit():
    assert len(Vocabulary(moonshine_files().tokens)) == 32_768
