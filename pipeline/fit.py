"""Makes the classifier that the settings name, and says what it must learn of a list of packs."""

from typing import Any

import structlog

from models.classify.exemplars import Exemplars, Fit
from models.engines import Classifier
from models.errors import EngineNotFound, ModelError, WeightsCorrupt, WeightsNotFound
from models.registry import load
from models.types import Channel
from pipeline.config import Settings
from qa_rules.packs import PackSet

NO_CLASSIFIER = "none"
LEXICAL, MEANING = "lexical", "meaning"

log = structlog.get_logger(__name__)


def classifier_for(settings: Settings, packs: PackSet) -> Classifier | None:
    """Return the classifier; a lexical one reads by the packs' own example phrases.

    Where the encoder of the default engine is missing or spoilt, the lexical one stands in for it
    and a warning is logged: calls go on, and paraphrases go unheard.

    Raises:
        EngineNotFound: no engine of that name.
        OptionsInvalid: an option of the engine is wrong.
        WeightsNotFound, WeightsCorrupt: of any engine but `meaning` without options.
    """
    chosen = settings.classify
    if chosen.engine == NO_CLASSIFIER:
        return None
    if chosen.engine == LEXICAL:
        return _lexical(packs, chosen.options)
    try:
        return load("classify", chosen.engine, chosen.options)
    except (WeightsNotFound, WeightsCorrupt, EngineNotFound) as fault:
        if chosen.engine != MEANING or chosen.options:
            raise
        log.warning(
            "classifier_reduced",
            engine=chosen.engine,
            instead=LEXICAL,
            reason=str(fault),
            remedy="run: cueline doctor",
        )
        return _lexical(packs, {})


def reduced(settings: Settings) -> str:
    """Return why the default reader cannot be had, so that calls are read by words alone; or ""."""
    if settings.classify.engine != MEANING or settings.classify.options:
        return ""
    try:
        engine = load("classify", MEANING, settings.classify.options)
    except ModelError as fault:
        return str(fault)
    engine.close()
    return ""


def fit_of(packs: PackSet) -> Fit:
    """Return what a list of packs wants read: its intents, and the meanings in its matches."""
    intents = {
        intent.id: Exemplars(
            tuple(intent.examples), tuple(intent.not_examples), _speaker(intent.speaker)
        )
        for intent in packs.intents
    }
    meanings = {
        key: Exemplars(
            spec.examples, spec.not_examples, _speaker(row.speaker), tuple(spec.keywords)
        )
        for row in packs.program.index.listed
        for key, spec in row.need.semantics
    }
    return Fit(intents, meanings)


def _speaker(who: str) -> Channel | None:
    return None if who == "any" else Channel(who)


def _lexical(packs: PackSet, given: Any) -> Classifier:
    options: dict[str, Any] = dict(given)
    options["intents"] = {
        name: {
            "examples": list(one.examples),
            "not_examples": list(one.not_examples),
            "speaker": one.speaker,
        }
        for name, one in fit_of(packs).intents.items()
    }
    return load("classify", LEXICAL, options)
