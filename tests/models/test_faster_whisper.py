"""The engine on a tiny Whisper whose words are real and whose choice of them hangs on the sound."""

import json

import ctranslate2
import numpy as np
import pytest
import soundfile
from ctranslate2.specs import WhisperSpec
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from models.errors import ClipTooLong, EngineFailed, OptionsInvalid, WeightsCorrupt, WeightsNotFound
from models.stt.faster_whisper import create
from models.types import SttRequest
from models.weights import moonshine_files

TEXT = "hello i would like a refund please cancel my plan thank you no manager card today"
WORDS = TEXT.split()
NAMES = "endoftext startoftranscript en de translate transcribe startoflm startofprev nospeech"
SPECIALS = [f"<|{name}|>" for name in [*NAMES.split(), "notimestamps"]]
SEED = 8
"""Of the first 25 the one whose words hang most on the sound: six clips, six texts."""
WIDTH, MELS, MULTILINGUAL = 32, 80, 51_865


def build(folder, *, seed=SEED, length=8, loop=None, many=False):
    """Save a one-layer Whisper that says `length` words, or `loop` so many times.

    Its positions favour three words each; what it hears decides between them.
    """
    rng = np.random.default_rng(seed)
    plain, names = spell(folder, many=many)
    spec = WhisperSpec(1, 2, 1, 2)
    fill(spec.encoder, rng)
    fill(spec.decoder, rng)
    end, first = names.index("<|endoftext|>"), len(plain) - len(WORDS)
    tokens = rng.standard_normal((len(names), WIDTH)).astype(np.float32)
    tokens /= np.linalg.norm(tokens, axis=1, keepdims=True)
    places = np.zeros((448, WIDTH), np.float32)
    prompt = 4 if many else 2
    for at in range(prompt - 1, 448):
        favoured = first + rng.choice(len(WORDS), 3, replace=False)
        places[at] = 6 * tokens[favoured].sum(axis=0)
        if at >= prompt - 1 + length:
            places[at] = 18 * tokens[end]
        elif loop is not None:
            places[at] = 18 * tokens[first + WORDS.index(loop)]
    spec.decoder.embeddings.weight = tokens
    spec.decoder.position_encodings.encodings = places
    spec.decoder.projection.weight = 6 * tokens
    spec.decoder.projection.bias = np.full(len(names), -60, np.float32)
    spec.decoder.projection.bias[[end, *range(first, len(plain))]] = 0
    spec.register_vocabulary(names)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [end]
    spec.config.lang_ids = [names.index("<|en|>"), names.index("<|de|>")]
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    spec.optimize()
    spec.save(str(folder))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": MELS}))
    return folder


def spell(folder, *, many):
    """Save a tokenizer of bytes and whole words; return its plain tokens and all of them.

    What makes a model one of many languages is the empty token, or in older releases of
    CTranslate2 the size of the vocabulary.
    """
    plain = sorted(pre_tokenizers.ByteLevel.alphabet()) + ["Ġ" + word for word in WORDS]
    times = [f"<|{i * 0.02:.2f}|>" for i in range(1501)]
    names = plain + SPECIALS + times
    if many:
        names += ["", *(f"<|{i}|>" for i in range(MULTILINGUAL - len(names) - 1))]
    tokenizer = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(plain)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIALS + times)
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    return plain, names


def fill(part, rng):
    """Give one half of the network random weights."""

    def norm(layer):
        layer.gamma, layer.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)

    def linear(layer, out, into):
        layer.weight = (rng.standard_normal((out, into)) / np.sqrt(into)).astype(np.float32)
        layer.bias = np.zeros(out, np.float32)

    (layer,) = part.layer
    norm(part.layer_norm)
    norm(layer.self_attention.layer_norm)
    linear(layer.self_attention.linear[0], 3 * WIDTH, WIDTH)
    linear(layer.self_attention.linear[1], WIDTH, WIDTH)
    norm(layer.ffn.layer_norm)
    linear(layer.ffn.linear_0, 4 * WIDTH, WIDTH)
    linear(layer.ffn.linear_1, WIDTH, 4 * WIDTH)
    if hasattr(part, "conv1"):
        for conv, into in ((part.conv1, MELS), (part.conv2, WIDTH)):
            conv.weight = (rng.standard_normal((WIDTH, into, 3)) / np.sqrt(into)).astype("f4")
            conv.bias = np.zeros(WIDTH, np.float32)
        places = 0.1 * rng.standard_normal((1500, WIDTH))
        part.position_encodings.encodings = places.astype(np.float32)
    else:
        norm(layer.attention.layer_norm)
        for linear_, out in zip(layer.attention.linear, (1, 2, 1), strict=True):
            linear(linear_, out * WIDTH, WIDTH)
        layer.attention.linear[-1].weight *= np.float32(3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return build(tmp_path_factory.mktemp("whisper") / "tiny")


@pytest.fixture(scope="module")
def engine(folder):
    made = create({"model": str(folder), "device": "cpu", "workers": 1})
    yield made
    made.close()


@pytest.fixture(scope="module")
def clips():
    samples, rate = soundfile.read(moonshine_files().speech[0], dtype="float32")
    spans = [(1, 5), (6, 8.5), (11, 20), (21, 23)]
    cut = [SttRequest(samples[int(a * rate) : int(b * rate)], rate) for a, b in spans]
    noise = (0.05 * np.random.default_rng(0).standard_normal(24_000)).astype(np.float32)
    return [*cut, SttRequest(noise, 8_000), SttRequest(np.zeros(8_000, np.float32), 8_000)]


def test_a_batch_of_many_calls_gives_what_its_clips_give_alone(engine, clips):
    together = engine.transcribe(clips)
    alone = [engine.transcribe([clip])[0] for clip in clips]
    assert [t.text for t in together] == [t.text for t in alone]
    for one, other in zip(together, alone, strict=True):
        assert one.confidence == pytest.approx(other.confidence, abs=1e-3)
    assert len({t.text for t in together}) == len(clips)
    assert all(set(t.text.split()) <= set(WORDS) and len(t.text.split()) == 8 for t in together)


def test_the_order_of_a_batch_does_not_matter(engine, clips):
    assert engine.transcribe(clips[::-1]) == engine.transcribe(clips)[::-1]


def test_beams_work_too(folder, clips):
    wide = create({"model": str(folder), "device": "cpu", "beam_size": 3})
    assert all(t.text for t in wide.transcribe(clips[:2]))
    wide.close()


def test_a_glossary_is_read_before_every_clip_and_is_no_part_of_the_text(folder, clips):
    told = create({"model": str(folder), "device": "cpu", "glossary": "refund plan manager"})
    for heard in told.transcribe(clips[:2]):
        assert set(heard.text.split()) <= set(WORDS)
    told.close()


def test_words_are_timed_where_asked_for_and_nowhere_else(engine, clips):
    asked = [SttRequest(c.samples, c.rate_hz, words=at != 1) for at, c in enumerate(clips)]
    for request, heard in zip(asked, engine.transcribe(asked), strict=True):
        if not request.words:
            assert heard.words == ()
            continue
        assert " ".join(word.text for word in heard.words) == heard.text
        times = [t for word in heard.words for t in (word.start, word.end)]
        assert times == sorted(times)
        assert times[0] >= 0
        assert times[-1] <= len(request.samples) / request.rate_hz
        assert all(0 <= word.confidence <= 1 for word in heard.words)


def test_words_are_timed_alike_alone_and_in_a_batch(engine, clips):
    asked = [SttRequest(c.samples, c.rate_hz, words=True) for c in clips]
    for request, heard in zip(asked, engine.transcribe(asked), strict=True):
        alone = engine.transcribe([request])[0]
        assert [(w.text, w.start) for w in heard.words] == [(w.text, w.start) for w in alone.words]


def test_an_endless_loop_is_cut_and_thrown_away(tmp_path, clips):
    looping = create(
        {"model": str(build(tmp_path / "loop", loop="you", length=400)), "device": "cpu"}
    )
    heard = looping.transcribe(clips[:2])
    assert [(t.text, t.rejected, t.confidence, t.words) for t in heard] == [
        ("", "loop", None, ())
    ] * 2
    looping.close()


def test_the_seconds_of_speech_reach_the_gate(tmp_path, clips):
    """A lone "you" over a clip with hardly any speech is what silence sounds like to Whisper."""
    once = create({"model": str(build(tmp_path / "you", loop="you", length=1)), "device": "cpu"})
    little, much = (SttRequest(clips[0].samples, 48_000, speech_s=s) for s in (0.2, 3.0))
    heard = once.transcribe([little, much])
    assert [(t.text, t.rejected) for t in heard] == [("", "invented"), ("you", None)]
    once.close()


def test_keys_part_lengths_so_that_short_clips_do_not_wait_for_long_ones(engine):
    def key(seconds, **how):
        return engine.batch_key(
            SttRequest(np.zeros(int(seconds * 8_000), np.float32), 8_000, **how)
        )

    assert key(2) == key(9) != key(11)
    assert key(2).ceiling < key(29).ceiling
    assert key(2, words=True) == key(2)
    assert key(2, language="en-GB") == key(2)
    assert key(2).frames == 3_000
    assert hash(key(2)) == hash(key(3))


def test_clips_of_different_keys_are_refused(engine):
    mixed = [SttRequest(np.zeros(s * 8_000, np.float32), 8_000) for s in (2, 20)]
    with pytest.raises(EngineFailed, match="different keys"):
        engine.transcribe(mixed)


def test_a_shorter_window_pads_less_and_long_clips_still_fit(folder, clips):
    short = create({"model": str(folder), "device": "cpu", "window_s": 6})
    assert [short.batch_key(clip).frames for clip in clips] == [600, 600, 3_000, 600, 600, 600]
    assert short.transcribe([clips[0]])[0].text
    assert short.transcribe([clips[2]])[0].text
    short.close()


def test_very_short_clips_are_empty_and_very_long_ones_refused(engine):
    for n in (1, 799):
        heard = engine.transcribe([SttRequest(np.ones(n, np.float32), 8_000)])[0]
        assert (heard.text, heard.rejected) == ("", "short")
    assert engine.transcribe([]) == []
    with pytest.raises(ClipTooLong):
        engine.transcribe([SttRequest(np.zeros(8_000 * 31, np.float32), 8_000)])


def test_a_model_of_many_languages_is_told_which(tmp_path, clips):
    many = create({"model": str(build(tmp_path / "many", many=True)), "device": "cpu"})
    assert "de" in many.info.languages
    english, german = (SttRequest(clips[0].samples, 16_000, lang, True) for lang in ("en", "de-AT"))
    assert many.batch_key(english) != many.batch_key(german)
    for request in (english, german):
        heard = many.transcribe([request])[0]
        assert len(heard.words) == len(heard.text.split()) == 8
    with pytest.raises(EngineFailed, match="language 'tlh'"):
        many.batch_key(SttRequest(clips[0].samples, 16_000, "tlh"))
    many.close()


def test_a_model_that_is_not_there_names_the_command(tmp_path):
    with pytest.raises(WeightsNotFound, match=r"cueline models fetch no-such-model"):
        create({"model": "no-such-model"})
    with pytest.raises(WeightsNotFound, match=r"lacks model.bin, config.json, tokenizer.json"):
        create({"model": str(tmp_path)})


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json"])
def test_a_broken_file_is_told(tmp_path, name):
    broken = build(tmp_path / "broken")
    (broken / name).write_bytes(b"not what it was")
    with pytest.raises(WeightsCorrupt, match="does not load"):
        create({"model": str(broken), "device": "cpu"})


def test_options_are_checked():
    with pytest.raises(OptionsInvalid, match="beam_size"):
        create({"beam_size": 0})
    with pytest.raises(OptionsInvalid, match="vad_filter: unknown option"):
        create({"vad_filter": True})


def test_a_closed_engine_says_so(folder, clips):
    engine = create({"model": str(folder), "device": "cpu"})
    engine.warm_up()
    engine.close()
    engine.close()
    with pytest.raises(EngineFailed, match="closed"):
        engine.transcribe(clips[:1])


@pytest.mark.gpu
def test_it_reads_on_cuda(folder, clips):
    if not ctranslate2.get_cuda_device_count():
        pytest.skip("no CUDA device")
    engine = create({"model": str(folder)})
    assert engine.info.device == "cuda"
    assert all(t.text for t in engine.transcribe(clips))
    engine.close()
