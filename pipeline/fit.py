"""Fits the classifier that the settings name to a set of packs."""

from models.engines import Classifier
from models.registry import load
from pipeline.config import Settings
from qa_rules.packs import PackSet


def classifier_for(settings: Settings, packs: PackSet) -> Classifier | None:
    """Return the classifier; a lexical one reads by the packs' own example phrases.

    Raises:
        EngineNotFound: no engine of that name.
    """
    options = dict(settings.classify.options)
    if settings.classify.engine == "none":
        return None
    if settings.classify.engine == "lexical":
        options["intents"] = {i.id: list(i.examples) for i in packs.intents}
    return load("classify", settings.classify.engine, options)
