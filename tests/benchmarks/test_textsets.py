import gzip
import json

import pytest

from benchmarks.corpus import CorpusNotFound
from benchmarks.textsets import SETS, read


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_table_is_read_plain_or_packed(tmp_path):
    text = 'text,category\r\n"My card, it is lost",lost_card\r\nWhere is  it?,arrival\r\n'
    write(tmp_path / "banking77" / "test.csv", text)
    (tmp_path / "banking77" / "train.csv.gz").write_bytes(gzip.compress(text.encode()))
    for split in ("test", "train"):
        first, second = read("banking77", split, tmp_path)
        assert (first.text, first.labels) == ("My card, it is lost", ("lost_card",))
        assert second.text == "Where is it?"


def test_out_of_scope_lines_are_a_split_of_their_own(tmp_path):
    rows = {"test": [["pay my bill", "pay_bill"]], "oos_test": [["sing to me", "oos"]]}
    write(tmp_path / "clinc150" / "data_full.json", json.dumps(rows))
    assert [line.labels for line in read("clinc150", "oos_test", tmp_path)] == [("oos",)]


def test_lines_and_labels_of_hwu_go_together(tmp_path):
    inside = tmp_path / "fewshot_intents" / "HWU64" / "train_5"
    write(inside / "seq.in", "wake me\nstop that\n")
    write(inside / "label", "alarm_set\naudio_off\n")
    lines = read("hwu64", "train_5", tmp_path)
    assert [(line.text, line.labels[0]) for line in lines] == [
        ("wake me", "alarm_set"),
        ("stop that", "audio_off"),
    ]
    write(inside / "label", "alarm_set\n")
    with pytest.raises(ValueError, match="zip"):
        read("hwu64", "train_5", tmp_path)


def test_an_utterance_of_meld_knows_what_was_said_before_and_by_whom(tmp_path):
    head = "Utterance,Speaker,Emotion,Sentiment,Dialogue_ID\n"
    rows = "Hi,Ann,joy,positive,0\nIt\x92s late,Bob,anger,negative,0\nOh,Cy,neutral,neutral,1\n"
    write(tmp_path / "meld" / "test.csv", head + rows)
    first, second, third = read("meld", "test", tmp_path)
    assert (first.context, first.labels) == ((), ("joy", "positive"))
    assert (second.text, second.context, second.context_speakers) == (
        "It’s late",
        ("Hi",),
        ("Ann",),
    )
    assert third.context == ()


def test_a_customers_turns_carry_their_own_earlier_ones(tmp_path):
    head = "conversationId\tturnNumber\tutteranceId\tutterance\tslot-labels\tintent\n"
    rows = "a\t1\tx\thello\tO\tgreeting\na\t3\ty\ta burger\tO O\tburger<div>drink\nb\t1\tz\tok\tO\n"
    inside = tmp_path / "multidogo" / "splits_annotated_at_turn_level"
    write(inside / "fastfood" / "dev.tsv", head + rows)
    hello, burger, ok = read("multidogo", "dev", tmp_path)
    assert (hello.speaker, hello.group) == ("customer", "fastfood")
    assert (burger.labels, burger.context) == (("burger", "drink"), ("hello",))
    assert (ok.labels, ok.context) == ((), ())


def test_emotions_are_named(tmp_path):
    inside = tmp_path / "goemotions" / "original"
    write(inside / "labels.txt", "joy\nanger\nneutral")
    write(inside / "dev.tsv", "So late again!\t1,2\tid1\n")
    assert read("goemotions", "dev", tmp_path)[0].labels == ("anger", "neutral")


def test_folds_are_read_in_order_of_their_number(tmp_path):
    for fold in (10, 2):
        rows = [{"text": f"fold {fold}", "intents": ["a", "b"]}]
        write(tmp_path / "nlupp" / "hotels" / f"fold{fold}.json", json.dumps(rows))
    assert [line.text for line in read("nlupp", "hotels", tmp_path)] == ["fold 2", "fold 10"]


def test_a_tweets_label_is_its_name(tmp_path):
    inside = tmp_path / "tweeteval" / "offensive"
    write(inside / "mapping.txt", "0\tcalm\n1\toffensive\n")
    write(inside / "val_text.txt", "be quiet\n")
    write(inside / "val_labels.txt", "1\n")
    assert read("tweeteval_offensive", "val", tmp_path)[0].labels == ("offensive",)


def test_other_tables_name_their_labels(tmp_path):
    write(tmp_path / "offensive_tweets" / "labeled_data.csv", ",class,tweet\n0,1,oh damn\n")
    write(
        tmp_path / "airline_tweets" / "Tweets.csv",
        "airline_sentiment,negativereason,airline,text\nnegative,Late Flight,Delta,late\n",
    )
    write(
        tmp_path / "bitext_cs" / "data" / "dev" / "any.csv",
        "utterance,intent,category\ncancel it,cancel_order,ORDER\n",
    )
    row = {"utterance": "a quote", "utterance_id": "insurance_7", "intent": "GetQuote"}
    write(tmp_path / "dstc11_intents" / "development.jsonl", json.dumps(row) + "\n")
    row = {"sentence": "play it", "scenario": "play", "action": "music"}
    write(tmp_path / "slurp" / "test.jsonl", json.dumps(row) + "\n")
    assert read("offensive_tweets", "all", tmp_path)[0].labels == ("offensive",)
    assert read("airline_tweets", "all", tmp_path)[0].labels == ("negative", "Late Flight")
    assert read("bitext_cs", "dev", tmp_path)[0].group == "ORDER"
    assert read("dstc11_intents", "development", tmp_path)[0].group == "insurance"
    assert read("slurp", "test", tmp_path)[0].labels == ("play_music",)


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(CorpusNotFound, match="no text set 'x'"):
        read("x", "test", tmp_path)
    with pytest.raises(CorpusNotFound, match="no split 'valid'"):
        read("meld", "valid", tmp_path)
    for name, chosen in SETS.items():
        for split in chosen.splits:
            with pytest.raises(CorpusNotFound):
                read(name, split, tmp_path)
