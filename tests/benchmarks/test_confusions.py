import json
from dataclasses import asdict

import pytest
from typer.testing import CliRunner

from benchmarks import cli, confusions
from benchmarks.confusions import Counts, Match, align, look, tabulate, training_pairs
from benchmarks.corpus import CorpusNotFound
from benchmarks.spoken import Pair
from models.training.breaking import FAR, Breaker, load


def pair(n, said, heard, voice="flite-rms", split="train"):
    return Pair("banking77", split, n, said, said, voice, heard, 0.8, 1.5)


def wrong(said, heard):
    return [m for m in align(said.split(), heard.split()) if not m.same] and [
        (" ".join(m.said), " ".join(m.heard))
        for m in align(said.split(), heard.split())
        if not m.same
    ]


def test_words_are_matched_by_sound_and_not_by_place():
    assert wrong("block my card please", "like my cart please") == [
        ("block", "like"),
        ("card", "cart"),
    ]
    assert wrong("a new transfer came", "a new trans for came") == [("transfer", "trans for")]
    assert wrong("is it on or off", "isn't on or off") == [("is it", "isn't")]


def test_dropped_and_inserted_words_stand_alone():
    assert wrong("where is my card", "where my card") == [("is", "")]
    assert wrong("where is my card", "where is all my card") == [("", "all")]
    assert wrong("hello", "") == [("hello", "")]


def test_what_is_only_written_another_way_is_no_error():
    assert align(["i", "am", "ok"], ["i'm", "okay"]) == [
        Match(("i", "am"), ("i'm",), True),
        Match(("ok",), ("okay",), True),
    ]
    assert align(["cellphone"], ["cell", "phone"])[0].same


def counts(pairs):
    made = Counts()
    for one in pairs:
        made.take(one)
    return made


def test_the_table_holds_what_was_heard():
    pairs = [pair(n, "Where is my card?", "Where is my cart?") for n in range(6)]
    pairs += [pair(9, "Where is my card?", "Where is my card?") for n in range(2)]
    pairs += [pair(9, "OK, where is it?", "Okay, where is it?") for n in range(2)]
    pairs += [pair(9, "my money", "my elephants")]
    table = tabulate(counts(pairs), {"cart": 3, "wolf": 2})
    assert table.pairs == 11
    assert table.heard["card"] == {"cart": 6}
    assert table.seen["card"] == (8, 6)
    assert table.heard["money"] == {FAR: 1}
    assert table.rewritten == {"ok": {"okay": 1.0}}
    assert table.severity["4"][0] == 0
    assert table.severity["4"][-1] == 0.25
    assert table.habits["content"].wrong > table.habits["function"].wrong
    assert {"wolf", "cart", "card"} <= set(table.vocabulary)


def test_dropped_words_make_their_class_drop_words():
    pairs = [pair(n, "where is my card", "where my card") for n in range(3)]
    pairs += [pair(4, "where is my card", "where was my card")]
    habits = tabulate(counts(pairs), {}).habits
    assert habits["function"].dropped == 0.75
    assert habits["content"].dropped == 0


def test_formant_voices_do_not_say_how_often_lines_break():
    made = counts([
        pair(1, "where is my card", "where is my card"),
        pair(2, "where is my card", "bear is a cart", "espeak-en-us"),
    ])  # fmt: skip
    table = tabulate(made, {})
    assert max(table.severity["4"]) == 0
    assert table.heard["card"] == {"cart": 1}


def test_lines_are_compared_by_their_word_errors():
    seen = look([("Pay my bill.", "pay my bill"), ("Pay my bill.", "pay my hill today")])
    assert seen.wer == pytest.approx(33.3)
    assert (seen.whole, seen.p50) == (50.0, pytest.approx(33.3, abs=0.1))
    assert seen.length == pytest.approx(116.7)


def test_test_voices_and_test_lines_are_refused(tmp_path):
    path = tmp_path / "pairs.jsonl"
    for bad in (pair(1, "a", "a", voice="flite-slt"), pair(1, "a", "a", split="test")):
        path.write_text(json.dumps(asdict(bad)) + "\n", "utf-8")
        with pytest.raises(CorpusNotFound, match="training"):
            list(training_pairs([path]))


def test_the_command_writes_a_table_and_compares(tmp_path, monkeypatch):
    monkeypatch.setattr(confusions, "TRAINING_TEXTS", ())
    path, out = tmp_path / "pairs.jsonl", tmp_path / "table.json.gz"
    texts = ["where is my card", "pay the bill now", "i lost my phone"]
    pairs = [pair(n, texts[n % 3], texts[n % 3].replace("card", "cart")) for n in range(60)]
    path.write_text("".join(json.dumps(asdict(one)) + "\n" for one in pairs), "utf-8")
    result = CliRunner().invoke(
        cli.app, ["confusions", str(path), "--out", str(out), "--held", "4"]
    )
    assert result.exit_code == 0, result.output
    assert json.loads(result.output.strip().rpartition("\n")[2])["pairs"] == 45
    assert "| broken" in result.output
    assert load(out).heard == {"card": {"cart": 15}}
    breaker = Breaker(load(out), 1)
    broken = [breaker.break_text("where is my card") for _ in range(60)]
    assert any(line.endswith("cart") for line in broken)
    assert "where is my card" in broken
