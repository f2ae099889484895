"""Fits the classifier that the settings name to a set of packs."""

from typing import Any

from models.engines import Classifier
from models.registry import load
from pipeline.config import Settings
from qa_rules.packs import PackSet

NO_CLASSIFIER = "none"


def classifier_for(settings: Settings, packs: PackSet) -> Classifier | None:
    """Return the classifier; a lexical one reads by the packs' own example phrases.

    Raises:
        EngineNotFound: no engine of that name.
        OptionsInvalid: an option of the engine is wrong.
    """
    if settings.classify.engine == NO_CLASSIFIER:
        return None
    options: dict[str, Any] = dict(settings.classify.options)
    if settings.classify.engine == "lexical":
        options["intents"] = {
            intent.id: {
                "examples": list(intent.examples),
                "not_examples": list(intent.not_examples),
                "speaker": None if intent.speaker == "any" else intent.speaker,
            }
            for intent in packs.intents
        }
    return load("classify", settings.classify.engine, options)
