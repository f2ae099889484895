import pytest

from models.encode import minilm
from models.errors import OptionsInvalid
from models.types import Channel, ClassifyRequest
from pipeline.config import load_settings
from pipeline.fit import classifier_for, fit_of, reduced
from qa_rules.packs import load_packs

LEXICAL = {"classify": {"engine": "lexical"}}


@pytest.fixture
def packs():
    return load_packs(("complaint_resolution",))


@pytest.fixture
def no_encoder(monkeypatch, tmp_path):
    monkeypatch.setattr(minilm, "SHIPPED", tmp_path)


def test_the_lexical_engine_reads_by_the_packs_examples(packs):
    classifier = classifier_for(load_settings(overrides=LEXICAL), packs)
    intent = packs.intents[0]
    speaker = Channel.CUSTOMER if intent.speaker == "any" else Channel(intent.speaker)
    request = ClassifyRequest(intent.examples[0], speaker, ())
    (labels,) = classifier.classify([request])
    assert intent.id in {label.name for label in labels if label.kind == "intent"}


def test_there_may_be_none(packs):
    assert classifier_for(load_settings(overrides={"classify": {"engine": "none"}}), packs) is None


def test_options_reach_the_engine(packs):
    for engine in ("lexical", "meaning"):
        settings = load_settings(
            overrides={"classify": {"engine": engine, "options": {"least": 2}}}
        )
        with pytest.raises(OptionsInvalid, match="least"):
            classifier_for(settings, packs)


def test_packs_say_what_is_to_be_learned(packs, tmp_path):
    fit = fit_of(packs)
    assert set(fit.intents) == {intent.id for intent in packs.intents}
    assert all(len(one.examples) > 1 for one in fit.intents.values())
    (tmp_path / "mine.yaml").write_text(
        """
pack: mine
title: Mine
items:
  - id: M-1
    title: Says that the call is recorded
    section: opening
    severity: REQ
    speaker: agent
    match:
      any_of:
        - semantic:
            examples: [this call is recorded, we record calls]
            not_examples: [this call is not recorded]
            keywords: [recorded, record]
""",
        "utf-8",
    )
    meanings = fit_of(load_packs(("mine",), [tmp_path])).meanings
    assert list(meanings) == ["M-1:0"]
    assert meanings["M-1:0"].speaker is Channel.AGENT
    assert meanings["M-1:0"].keywords == ("recorded", "record")


def test_without_the_encoder_words_alone_are_read_and_it_is_said(packs, no_encoder, capsys):
    settings = load_settings()
    classifier = classifier_for(settings, packs)
    assert classifier.info.name == "lexical"
    assert "classifier_reduced" in capsys.readouterr().out
    assert "lacks" in reduced(settings)
    assert reduced(load_settings(overrides=LEXICAL)) == ""
