"""`cueline models train`: what it asks for, prints, writes and exits with."""

import json
import random
import sys

import pytest
from typer.testing import CliRunner

from models.training import customer
from models.training.customer import Made
from models.training.judge import Figure
from streaming.cli import main
from streaming.commands.models import app
from streaming.commands.train import NOT_BETTER

WANTS = {
    "cancel": ["i want to cancel my plan", "please close my account", "stop my subscription today"],
    "refund": ["give me my money back", "i want a refund for this", "refund the charge please"],
}
PLAIN = ["that is all", "hello there", "yes please", "okay thank you", "one moment"]


@pytest.fixture
def data(tmp_path):
    draw = random.Random(2)
    rows = []
    for call in range(30):
        for _ in range(4):
            want = draw.choice([*WANTS, ""])
            row = {"call": f"c{call}", "speaker": "customer", "intents": [want] if want else []}
            rows.append(row | {"text": draw.choice(WANTS.get(want, PLAIN))})
    path = tmp_path / "calls.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def run(*words):
    return CliRunner().invoke(app, ["train", *map(str, words), "--licence", "ours"])


@pytest.fixture
def asked(monkeypatch):
    """Answer with a given outcome instead of training, and keep what was asked for."""
    orders = []

    def answers(**outcome):
        def make(order, say):
            orders.append(order)
            say("reading")
            return Made(
                {"figures": {"intents macro_f1 after": "0.9 (0.8 to 1.0)"}},
                {"intents": Figure(0.1, 0.05, 0.2)},
                outcome["better"], outcome["installed"], order.place,
            )  # fmt: skip

        monkeypatch.setattr(customer, "make", make)
        return orders

    return answers


def test_options_become_an_order(asked, tmp_path):
    orders = asked(better=True, installed=True)
    said = run(
        "calls.jsonl", "--encoder", "--install", tmp_path / "mine", "--pack", "customer_service",
        "--seed", 3, "--steps", 7, "--base", tmp_path, "--force", "why",
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    (order,) = orders
    assert (order.encoder, order.seed, order.steps, order.force) == (True, 3, 7, "why")
    assert (order.place, order.base, order.licence) == (tmp_path / "mine", tmp_path, "ours")
    assert all(one.examples for one in order.given.values())
    assert len(order.given) > 3


def test_an_installed_model_is_told_with_its_figures(asked, tmp_path):
    asked(better=True, installed=True)
    said = run("calls.jsonl", "--heads", "--install", tmp_path / "mine")
    assert said.exit_code == 0
    assert "intents macro_f1 after           0.9 (0.8 to 1.0)" in said.stdout
    assert f"better than the model there; installed in {tmp_path / 'mine'}" in said.stdout
    assert said.stderr == "reading\n"


def test_a_refused_model_has_an_exit_code_of_its_own(asked, tmp_path):
    asked(better=False, installed=False)
    said = run("calls.jsonl", "--heads", "--install", tmp_path / "mine")
    assert said.exit_code == NOT_BETTER == 3
    assert "not surely better on the calls held back" in said.stdout
    assert f"{tmp_path / 'mine'}.refused" in said.stdout
    assert "--force 'why'" in said.stdout


def test_a_forced_model_says_so(asked, tmp_path):
    asked(better=False, installed=True)
    said = run("calls.jsonl", "--heads", "--install", tmp_path / "mine", "--force", "why")
    assert said.exit_code == 0
    assert "installed all the same, for the reason in its card" in said.stdout


def test_without_a_place_it_only_tells(asked):
    asked(better=True, installed=False)
    said = run("calls.jsonl", "--heads")
    assert said.exit_code == 0
    assert "nothing was written (--install FOLDER keeps it)" in said.stdout


@pytest.mark.parametrize("kinds", [(), ("--heads", "--encoder")])
def test_one_kind_must_be_named(kinds, monkeypatch, capfd):
    monkeypatch.setattr(
        sys, "argv", ["cueline", "models", "train", "x.jsonl", "--licence", "ours", *kinds]
    )
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 1
    assert capfd.readouterr().err.startswith("cueline: say --heads")


def test_a_broken_line_is_told_in_one_line(data, monkeypatch, capfd):
    data.write_text(data.read_text() + '{"text": 1}\n')
    words = ["cueline", "models", "train", str(data), "--heads", "--licence", "ours"]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 1
    assert capfd.readouterr().err.startswith("cueline: calls.jsonl: line 121: text: ")


def test_heads_are_made_of_a_file_with_the_shipped_encoder(data):
    said = run(data, "--heads", "--json")
    assert said.exit_code == 0, said.output
    told = json.loads(said.stdout)
    assert (told["installed"], told["place"]) == (False, None)
    assert told["card"]["training"]["data"]["lines"]["test"] > 10
    assert "120 lines of 30 calls" in said.stderr
