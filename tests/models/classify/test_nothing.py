from models.classify.nothing import none_lines


def test_the_shipped_lines_are_many_and_each_is_one():
    lines = none_lines()
    assert len(lines) >= 100
    assert len(set(lines)) == len(lines)
    assert all(line == line.strip().lower() and not line.startswith("#") for line in lines)


def test_comments_and_empty_lines_are_none(tmp_path):
    (tmp_path / "n.txt").write_text("# ours\n\nhello \n")
    assert none_lines(tmp_path / "n.txt") == ("hello",)
