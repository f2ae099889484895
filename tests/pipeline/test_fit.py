import pytest

from models.errors import OptionsInvalid
from models.types import Channel, ClassifyRequest
from pipeline.config import load_settings
from pipeline.fit import classifier_for
from qa_rules.packs import load_packs


@pytest.fixture
def packs():
    return load_packs(("complaint_resolution",))


def test_the_lexical_engine_reads_by_the_packs_examples(packs):
    classifier = classifier_for(load_settings(), packs)
    intent = packs.intents[0]
    speaker = Channel.CUSTOMER if intent.speaker == "any" else Channel(intent.speaker)
    request = ClassifyRequest(intent.examples[0], speaker, ())
    (labels,) = classifier.classify([request])
    assert intent.id in {label.name for label in labels if label.kind == "intent"}


def test_there_may_be_none(packs):
    assert classifier_for(load_settings(overrides={"classify": {"engine": "none"}}), packs) is None


def test_options_reach_the_engine(packs):
    settings = load_settings(overrides={"classify": {"options": {"least": 2}}})
    with pytest.raises(OptionsInvalid, match="least"):
        classifier_for(settings, packs)
