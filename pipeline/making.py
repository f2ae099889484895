"""Makes what a call needs from the settings: its packs, facts, session and reading."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.classify.exemplars import Learner
from models.engines import Classifier, VadEngine
from models.prosody.head import Head, read_head
from pipeline.config import Settings
from pipeline.events import CallStarted
from pipeline.fit import fit_of
from pipeline.live import CallStart
from pipeline.reading import Reading
from pipeline.redact import Redactor
from pipeline.session import CallSession, Hearing
from qa_rules.live import RuleRun
from qa_rules.packs import PackSet, load_packs
from qa_rules.types import CallFacts

ClassifierFor = Callable[[Settings, PackSet], Classifier | None]
"""Makes the classifier that the settings name, fitted to a set of packs."""

FITTED = frozenset({"lexical"})
"""Engines that are made for a list of packs; of the others all calls share one."""


@dataclass(slots=True)
class Maker:
    """Makes calls. Packs are read, and a classifier fitted to them, once for each list of names."""

    settings: Settings
    classifier_for: ClassifierFor
    _packs: dict[tuple[str, ...], PackSet] = field(default_factory=dict)
    _classifiers: dict[tuple[str, ...], Classifier | None] = field(default_factory=dict)
    _fits: dict[tuple[str, ...], str] = field(default_factory=dict)
    _head: Head = field(default_factory=read_head)

    def packs(self, names: tuple[str, ...]) -> PackSet:
        """Return the packs of these names.

        Raises:
            PackNotFound: one of them is in none of the folders.
            PackInvalid: one of them does not read.
        """
        if names not in self._packs:
            self._packs[names] = load_packs(names, [Path(p) for p in self.settings.pack_dirs])
        return self._packs[names]

    def classifier(self, names: tuple[str, ...]) -> Classifier | None:
        """Return the classifier for calls under these packs, which it has learned to read."""
        shared = self._classifiers.get(())
        if shared is None and names not in self._classifiers:
            made = self.classifier_for(self.settings, self.packs(names))
            if made is not None and made.info.name not in FITTED:
                shared = self._classifiers[()] = made
            else:
                self._classifiers[names] = made
        if shared is None:
            return self._classifiers[names]
        if isinstance(shared, Learner) and names not in self._fits:
            self._fits[names] = shared.fit(fit_of(self.packs(names)))
        return shared

    def fit(self, names: tuple[str, ...]) -> str:
        """Return the key of what the classifier learned from these packs, "" where nothing."""
        self.classifier(names)
        return self._fits.get(names, "")

    def words_only(self, names: tuple[str, ...]) -> bool:
        """Say whether the lexical reader stands in for the engine that the settings name."""
        made = self.classifier(names)
        wanted = self.settings.classify.engine
        return made is not None and made.info.name in FITTED and wanted not in FITTED

    def warm(self) -> None:
        """Read and compile every queue's packs, so that faults and waits come at the start."""
        for queue in (self.settings.default_queue, *self.settings.queues.values()):
            self.classifier(queue.packs)
            self.packs(queue.packs).program.warm_up()

    def facts(self, start: CallStart) -> CallFacts:
        """Return what is known of a call at its start."""
        queue = self.settings.queue(start.queue)
        values: dict[str, str | int | float | bool] = {"capture_masked": True}
        values.update(queue.facts)
        values.update(start.facts)
        return CallFacts(
            direction=start.direction,
            queue=start.queue,
            language=start.language,
            jurisdiction=_text(values, "jurisdiction") or queue.jurisdiction,
            company=_text(values, "company") or queue.company,
            agent=_text(values, "agent_name") or start.agent,
            customer=_text(values, "customer_name"),
            values=values,
        )

    def make(self, start: CallStart, vad: VadEngine, started_at: str) -> "MadeCall":
        """Make a call's session."""
        names = self.settings.queue(start.queue).packs
        packs, facts = self.packs(names), self.facts(start)
        rules = RuleRun(packs, facts)
        reading = Reading(rules, Redactor(), self.classifier(names), self.fit(names))
        hearing = Hearing(
            start.channels,
            start.rate_hz,
            vad.window(start.rate_hz),
            start.language,
            self.settings.stt.words,
            voice=self._head if self.settings.prosody else None,
            hot_words=self._hot_words(start, facts),
        )
        started = CallStarted(
            start.call_id,
            started_at,
            start.agent,
            start.queue,
            start.direction,
            start.language,
            start.channels,
            start.rate_hz,
            packs.names,
            rules.checklist(),
        )
        return MadeCall(CallSession(hearing, reading), packs, facts, started)

    def _hot_words(self, start: CallStart, facts: CallFacts) -> tuple[str, ...]:
        """Return the names to expect: the company's, both sides', and those the queue lists."""
        known = (facts.company, facts.agent, facts.customer)
        listed = self.settings.queue(start.queue).hot_words
        return tuple(dict.fromkeys(word for word in (*known, *listed) if word))


@dataclass(frozen=True, slots=True)
class MadeCall:
    """A call ready to run."""

    session: CallSession
    packs: PackSet
    facts: CallFacts
    started: CallStarted


def _text(values: Mapping[str, str | int | float | bool], name: str) -> str:
    value = values.get(name, "")
    return value if isinstance(value, str) else ""
