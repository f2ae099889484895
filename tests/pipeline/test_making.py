import pytest

from models.errors import EngineNotFound
from models.registry import load
from models.types import Channel
from pipeline.config import load_settings
from pipeline.fit import classifier_for
from pipeline.live import CallStart
from pipeline.making import Maker
from qa_rules.errors import PackInvalid, PackNotFound

BOTH = (Channel.AGENT, Channel.CUSTOMER)
QUEUES = {
    "care": {
        "packs": ("complaint_resolution",),
        "company": "Northwind",
        "jurisdiction": "UK",
        "facts": {"plan": "gold", "agent_name": "Sam"},
    }
}


@pytest.fixture
def maker():
    return Maker(load_settings(overrides={"queues": QUEUES}), classifier_for)


def start(**more):
    return CallStart("c1", BOTH, 8000, **more)


def test_a_call_is_made_from_its_queue(maker):
    made = maker.make(start(agent="a7", queue="care"), load("vad", "energy", {}), "2026-01-01")
    assert made.started.packs == made.packs.names
    assert "complaint_resolution" in made.started.packs
    assert made.started.checklist
    assert (made.facts.company, made.facts.jurisdiction, made.facts.agent) == (
        "Northwind",
        "UK",
        "Sam",
    )


def test_what_the_call_brings_goes_before_what_the_queue_says(maker):
    facts = maker.facts(start(queue="care", facts={"plan": "silver", "jurisdiction": "US"}))
    assert facts.values["plan"] == "silver"
    assert facts.jurisdiction == "US"


def test_an_unknown_queue_is_the_default(maker):
    facts = maker.facts(start(agent="a7", queue="nowhere"))
    assert (facts.company, facts.agent) == ("", "a7")


def test_a_fact_of_the_wrong_kind_names_nobody(maker):
    assert maker.facts(start(facts={"agent_name": 7})).agent == ""


def test_packs_and_classifiers_are_made_once(maker):
    names = ("complaint_resolution",)
    assert maker.packs(names) is maker.packs(names)
    assert maker.classifier(names) is maker.classifier(names)


def test_faults_in_packs_show_at_the_start(tmp_path):
    with pytest.raises(PackNotFound, match="none_such"):
        Maker(
            load_settings(overrides={"queues": {"q": {"packs": ("none_such",)}}}), classifier_for
        ).warm()
    (tmp_path / "mine.yaml").write_text("pack: mine\ntitle: Mine\nitmes: []\n")
    settings = load_settings(
        overrides={"default_queue": {"packs": ("mine",)}, "pack_dirs": (tmp_path,)}
    )
    with pytest.raises(PackInvalid, match="itmes"):
        Maker(settings, classifier_for).warm()


def test_the_engine_of_the_settings_is_loaded():
    settings = load_settings(overrides={"classify": {"engine": "wizard"}})
    with pytest.raises(EngineNotFound, match="wizard"):
        Maker(settings, classifier_for).warm()
