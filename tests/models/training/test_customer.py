"""A customer's model from file to folder: made, judged, installed or refused, with its card."""

import json
import shutil
from importlib.util import find_spec

import pytest

from models.classify.meaning import create
from models.encode.minilm import MiniLmEncoder
from models.errors import EngineNotFound, WeightsNotFound
from models.training import customer, placing
from models.training.customer import Order, checked, make, open_reader
from models.training.labelled import LabelsInvalid, LabelsTooFew, read_labelled, split_of
from models.training.placing import NoRoom
from models.weights import sha256

LICENCE = "our own calls, with the callers' consent"


def quiet(_):
    pass


@pytest.fixture(scope="module")
def trained(tiny_model, tmp_path_factory):
    """Heads fitted once to calls in which words tell all, and installed."""
    folder = tmp_path_factory.mktemp("work")
    data = folder / "calls.jsonl"
    rows = tiny_model.calls()
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    order = Order(data, LICENCE, place=folder / "mine", start=tiny_model.folder, today="2026-01-02")
    told = []
    return order, make(order, told.append), told


def copied(trained, tmp_path, **changed):
    """Return an order like the one that was carried out, with its model in a place of its own."""
    order, _, _ = trained
    place = tmp_path / "mine"
    shutil.copytree(order.place, place)
    fields = {name: getattr(order, name) for name in Order.__slots__}
    return Order(**(fields | {"place": place} | changed))


def test_a_better_model_is_installed_whole(trained):
    order, made, _ = trained
    assert (made.better, made.installed, made.place) == (True, True, order.place)
    assert {path.name for path in order.place.iterdir()} == {
        "model.onnx", "tokenizer.json", "card.json", "card.md",
        "wants.json", "affect.json", "examples.json",
    }  # fmt: skip
    assert {path.name for path in order.place.parent.iterdir()} == {"calls.jsonl", "mine"}
    assert made.grown["intents"].low > 0.3
    assert made.grown["anger"].low > 0


def test_the_engine_of_calls_reads_by_what_was_installed(trained):
    order, _, _ = trained
    options = {"encoder_options": {"folder": str(order.place)}, "cache": False}
    by_options, judged = create(options), open_reader(order.place)
    for reader in (by_options, judged):
        numbers = json.loads((order.place / "wants.json").read_text())["numbers"]
        assert reader._wants.numbers() == pytest.approx(numbers)
        assert reader.feels
        reader.close()


def test_the_card_says_what_it_was_made_of_and_how_well_it_does(trained):
    order, made, _ = trained
    card = json.loads((order.place / "card.json").read_text())
    assert card == made.card
    training = card["training"]
    assert (training["kind"], training["seed"], training["date"]) == ("heads", 0, "2026-01-02")
    data = training["data"]
    assert (data["sha256"], data["licence"]) == (sha256(order.data), LICENCE)
    assert sum(data["lines"].values()) == 200
    assert data["calls"] == 40
    assert (training["began_with"], training["compared_with"]) == ("tiny", "tiny")
    assert card["licence"] == f"CC0-1.0; labelled calls: {LICENCE}"
    figures = card["figures"]
    assert float(figures["intents macro_f1 after"].split()[0]) > 0.8
    assert {name.rsplit(" ", 1)[1] for name in figures} == {"before", "after", "gained"}
    note = (order.place / "card.md").read_text()
    assert LICENCE in note
    assert "| intents macro_f1 gained |" in note


def test_progress_is_told(trained):
    _, _, told = trained
    assert told[0].startswith("200 lines of 40 calls: ")
    assert told[-1] == "reading the held-back calls, before and after"


def test_a_model_that_is_no_better_is_refused_and_kept_beside(trained, tmp_path):
    order = copied(trained, tmp_path)
    before = {path.name: sha256(path) for path in order.place.iterdir()}
    made = make(order, quiet)
    assert (made.better, made.installed) == (False, False)
    assert {path.name: sha256(path) for path in order.place.iterdir()} == before
    assert made.place == tmp_path / "mine.refused"
    assert (made.place / "card.json").is_file()
    assert made.grown["intents"].value == 0


def test_it_is_installed_all_the_same_for_a_reason_that_its_card_tells(trained, tmp_path):
    order = copied(trained, tmp_path, force="the labels there were wrong")
    made = make(order, quiet)
    assert (made.better, made.installed) == (False, True)
    card = json.loads((order.place / "card.json").read_text())
    assert card["training"]["forced"] == "the labels there were wrong"
    assert (tmp_path / "mine.previous" / "model.onnx").is_file()


def test_another_seed_than_the_installed_models_is_warned_of(trained, tmp_path):
    told = []
    make(copied(trained, tmp_path, seed=3), told.append)
    assert any("was made with seed 0; with seed 3" in line for line in told)


def test_the_same_seed_gives_the_same_model(trained, tmp_path):
    order = copied(trained, tmp_path, place=tmp_path / "again")
    make(order, quiet)
    for name in ("wants.json", "affect.json", "examples.json"):
        assert (order.place / name).read_text() == (trained[0].place / name).read_text()


def test_without_a_place_nothing_is_written(trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = make(copied(trained, tmp_path / "a", place=None), quiet)
    assert made.better
    assert (made.installed, made.place) == (False, None)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def parted(calls_file, rows):
    return split_of(read_labelled(calls_file(rows)).lines, 0)


@pytest.mark.parametrize(
    ("count", "change", "told"),
    [
        (6, {}, "intents: .* label more calls"),
        (40, {"intents": ["cancel"]}, "intents: every line .* 'cancel'; label others too"),
        (40, {"sentiment": "neutral"}, "sentiment: every line .* 'neutral'.* or leave sentiment"),
        (40, {"anger": 0}, "anger: every line of the training calls has the label False"),
    ],
)
def test_too_few_lines_and_one_label_are_told(calls_file, make_calls, count, change, told):
    rows = [row | change for row in make_calls(count)]
    with pytest.raises(LabelsTooFew, match=told):
        checked(parted(calls_file, rows))


def test_lines_without_any_label_are_told(calls_file, make_calls):
    kept = ("text", "speaker", "call")
    rows = [{name: row[name] for name in kept} for row in make_calls(10)]
    with pytest.raises(LabelsTooFew, match="no line has intents, sentiment or anger"):
        checked(parted(calls_file, rows))


def test_only_what_is_labelled_is_asked_for(calls_file, make_calls):
    rows = make_calls()
    for row in rows:
        del row["anger"], row["sentiment"]
    assert checked(parted(calls_file, rows)) == ("intents",)


def test_a_broken_line_stops_it_before_anything_is_made(tmp_path, tiny_model):
    (tmp_path / "calls.jsonl").write_text("{")
    order = Order(tmp_path / "calls.jsonl", LICENCE, place=tmp_path / "mine")
    with pytest.raises(LabelsInvalid, match=r"calls\.jsonl: line 1: no JSON"):
        make(order, quiet)
    assert [path.name for path in tmp_path.iterdir()] == ["calls.jsonl"]


def test_a_full_disk_stops_it_before_anything_is_made(trained, tmp_path, monkeypatch):
    order = copied(trained, tmp_path)
    monkeypatch.setattr(placing.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 0))
    with pytest.raises(NoRoom, match="nothing was written"):
        make(order, quiet)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_without_torch_the_extra_is_named_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(customer.importlib.util, "find_spec", lambda _: None)
    order = Order(tmp_path / "not there", LICENCE, encoder=True)
    with pytest.raises(EngineNotFound, match=r"torch and safetensors.*'cueline\[torch\]'"):
        make(order, quiet)


@pytest.mark.torch
def test_an_encoder_is_trained_exported_and_fitted(trained, tiny_model, tmp_path):
    if not find_spec("torch"):
        pytest.skip("needs the torch extra")
    order = copied(trained, tmp_path, place=tmp_path / "new", encoder=True, steps=2)
    made = make(order, quiet)
    assert made.installed
    assert not (order.place / "float.safetensors").exists()
    assert made.card["training"]["kind"] == "encoder and heads"
    assert made.card["training"]["steps"] == 2
    assert (
        made.card["affect"] == json.loads((tiny_model.folder / "card.json").read_text())["affect"]
    )
    was, now = MiniLmEncoder(tiny_model.folder), MiniLmEncoder(order.place)
    text = ["please cancel my account now"]
    old, new = was.encode(text), now.encode(text)
    assert 0.9 < float((old.vectors * new.vectors).sum()) < 1 - 1e-6


@pytest.mark.torch
def test_float_weights_that_are_not_there_are_named(trained, tmp_path):
    if not find_spec("torch"):
        pytest.skip("needs the torch extra")
    order = copied(trained, tmp_path, encoder=True, base=tmp_path / "nowhere")
    with pytest.raises(WeightsNotFound, match=r"nowhere.model\.safetensors is not there"):
        make(order, quiet)
