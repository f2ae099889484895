"""Words looked for in what is said: a match of a pack, compiled once, and its hits.

A `Matcher` has one or more `Need`s, which may be met in different utterances; each need has
several ways. What makes a hit not count is in `guards`, how near a miss is in `nearness`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from models.languages import ENGLISH, Language
from models.text import tokens
from models.types import Label
from qa_rules.guards import negated, quoted
from qa_rules.heard import SURE, Heard, evidence, quote
from qa_rules.match_schema import MatchSpec, Semantic
from qa_rules.pattern import parse_pattern, parse_phrase
from qa_rules.types import Evidence
from qa_rules.ways import Way, compile_way, find

SOUNDS = "sounds_like"
INTENT_FLOOR = 0.5
"""The least probability of an intent's label that counts."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Words that meet a need: from word `first` to `last` of what was heard.

    `start` and `end` are characters of the utterance given last; `score` is 1 for words, else the
    label's probability; a `doubt` says why a person should look.
    """

    first: int
    last: int
    start: int
    end: int
    engine: str
    evidence: tuple[Evidence, ...]
    slots: dict[str, str] = field(default_factory=dict)
    score: float = 1.0
    doubt: str = ""

    @property
    def at(self) -> float:
        """Return the call second at which the words begin."""
        return self.evidence[0].start


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to be heard, in one of several ways.

    `none_of` goes for all ways, `bound` for the intent or the meaning that it names.
    """

    key: str
    ways: tuple[Way, ...]
    intents: tuple[str, ...] = ()
    semantics: tuple[tuple[str, Semantic], ...] = ()
    none_of: tuple[Way, ...] = ()
    negation: bool = True
    quotation: bool = True
    bound: Mapping[str, tuple[Way, ...]] = field(default_factory=dict)

    def search(
        self,
        heard: Heard,
        labels: Sequence[Label] = (),
        names: Mapping[str, str] | None = None,
        *,
        guarded: bool = True,
    ) -> Hit | None:
        """Return the first hit that ends in fresh words.

        A certain one comes before a doubtful one, one sentence before several.

        Without `guarded`, negation, quotation and none_of do not matter: for near misses.
        """
        if not heard.toks:
            return None
        doubtful: Hit | None = None
        wide: Hit | None = None
        for way in self.ways:
            if not way.possible(heard.words):
                continue
            hit = self._try(way, heard, names or {}, guarded)
            if hit is not None and not hit.doubt:
                if not any(heard.breaks[hit.first : hit.last]):
                    return hit
                wide = wide or hit
            doubtful = doubtful or hit
        if wide is not None:
            return wide
        labelled = self._labelled(heard, labels, guarded) if labels else None
        if labelled is not None and (not labelled.doubt or doubtful is None):
            return labelled
        return doubtful

    def _try(self, way: Way, heard: Heard, names: Mapping[str, str], guarded: bool) -> Hit | None:
        start = 0
        while start < len(heard.toks):
            found = find(way, heard, names, start)
            if found is None:
                return None
            if not guarded or self._counts(heard, found.first, way.none_of):
                return _hit(heard, way.engine, found.first, found.last, found.slots, found.doubt)
            start = found.first + 1
        return None

    def _counts(self, heard: Heard, first: int, none_of: tuple[Way, ...]) -> bool:
        if self._taken_back(heard, first):
            return False
        return not _excluded(heard, (*self.none_of, *none_of))

    def _taken_back(self, heard: Heard, first: int) -> bool:
        if self.negation and negated(heard, first):
            return True
        return self.quotation and quoted(heard, first)

    def _labelled(self, heard: Heard, labels: Sequence[Label], guarded: bool) -> Hit | None:
        for label in labels:
            hit = self._intended(heard, label) or self._meant(heard, label, guarded)
            none_of = (*self.none_of, *self.bound.get(label.name, ()))
            if hit is not None and not (guarded and _excluded(heard, none_of)):
                return hit
        return None

    def _intended(self, heard: Heard, label: Label) -> Hit | None:
        if label.kind != "intent" or label.name not in self.intents:
            return None
        return _label_hit(heard, label, "intent", "") if label.probability >= INTENT_FLOOR else None

    def _meant(self, heard: Heard, label: Label, guarded: bool) -> Hit | None:
        """Return a hit on a meaning, where one of the words it rests on is not taken back."""
        if label.kind != "semantic":
            return None
        spec = next((spec for key, spec in self.semantics if key == label.name), None)
        hit = _semantic_hit(heard, label, spec) if spec and _keyword(heard, spec) else None
        if spec is None or hit is None or not guarded:
            return hit
        on = _rests_on(heard, hit, spec)
        return None if on and all(self._taken_back(heard, n) for n in on) else hit


@dataclass(frozen=True, slots=True)
class Matcher:
    """A compiled match; `needs` must all be met."""

    needs: tuple[Need, ...]

    def search(
        self,
        heard: Heard,
        labels: Sequence[Label] = (),
        names: Mapping[str, str] | None = None,
        *,
        guarded: bool = True,
    ) -> Hit | None:
        """Return a hit where all needs are met in what was heard, one of them in fresh words."""
        hits = []
        for need in self.needs:
            hit = need.search(heard, labels, names, guarded=guarded)
            if hit is None:
                return None
            hits.append(hit)
        return join_hits(hits)


def join_hits(hits: Sequence[Hit]) -> Hit:
    """Return several hits as one."""
    if len(hits) == 1:
        return hits[0]
    slots: dict[str, str] = {}
    for hit in hits:
        slots = {**hit.slots, **slots}
    pieces = dict.fromkeys(e for h in hits for e in h.evidence)
    return Hit(
        first=min(h.first for h in hits),
        last=max(h.last for h in hits),
        start=min(h.start for h in hits),
        end=max(h.end for h in hits),
        engine=hits[0].engine,
        evidence=tuple(sorted(pieces, key=lambda e: (e.start, e.end))),
        slots=slots,
        score=min(h.score for h in hits),
        doubt=next((h.doubt for h in hits if h.doubt), ""),
    )


def compile_match(spec: MatchSpec, key: str = "", language: Language = ENGLISH) -> Matcher:
    """Compile a match; `key` names its owner, for labels of meaning."""
    return Matcher(tuple(_needs(spec, key, language)))


def _needs(spec: MatchSpec, key: str, language: Language) -> list[Need]:
    out: list[Need] = []
    blocks = spec.negation == "block"
    excluded = tuple(_way(p, "pattern", language, negation=False) for p in spec.none_of)
    if spec.any_of:
        ways: list[Way] = []
        bound: dict[str, tuple[Way, ...]] = {}
        semantics: list[tuple[str, Semantic]] = []
        for alternative in spec.any_of:
            own = tuple(_way(p, "pattern", language, negation=False) for p in alternative.none_of)
            if alternative.semantic is not None:
                bound[f"{key}:{len(semantics)}"] = own
                folded = _folded(alternative.semantic, language)
                semantics.append((f"{key}:{len(semantics)}", folded))
            elif alternative.intent is not None:
                bound[alternative.intent] = own
            for engine, texts in (
                ("phrase", alternative.phrase),
                ("pattern", alternative.pattern),
                (SOUNDS, alternative.sounds_like),
            ):
                made = (_way(p, engine, language, negation=blocks) for p in texts or ())
                ways += [replace(way, none_of=own) if own else way for way in made]
        out.append(
            Need(
                key=key,
                ways=tuple(ways),
                intents=tuple(a.intent for a in spec.any_of if a.intent is not None),
                semantics=tuple(semantics),
                none_of=excluded,
                negation=blocks,
                quotation=spec.quoted == "block",
                bound={name: own for name, own in bound.items() if own},
            )
        )
    for number, inner in enumerate(spec.all_of):
        out.extend(_with(need, excluded) for need in _needs(inner, f"{key}/{number}", language))
    return out


def _with(need: Need, excluded: tuple[Way, ...]) -> Need:
    """Return a need that none_of of the match around it binds too."""
    return replace(need, none_of=need.none_of + excluded)


def _way(text: str, engine: str, language: Language, *, negation: bool) -> Way:
    parse = parse_phrase if engine == "phrase" else parse_pattern
    return compile_way(parse(text, language), text, engine, negation=negation, language=language)


def _hit(
    heard: Heard, engine: str, first: int, last: int, slots: dict[str, str], doubt: str
) -> Hit:
    begin = max(first, heard.fresh)
    pieces = evidence(heard, first, last, engine)
    if engine == SOUNDS and not doubt:
        sure = min((e.confidence for e in pieces if e.confidence is not None), default=1.0)
        doubt = f"the words only sound like it ({sure:.2f})" if sure < SURE else ""
    return Hit(
        first=first,
        last=last,
        start=heard.toks[begin].start,
        end=heard.toks[last].end,
        engine=engine,
        evidence=pieces,
        slots=slots,
        doubt=doubt,
    )


def _label_hit(heard: Heard, label: Label, engine: str, doubt: str) -> Hit:
    """Return a hit on a label's quote, or on the whole utterance where it quotes nothing."""
    text = heard.said.text
    begin = text.find(label.quote) if label.quote else 0
    end = begin + len(label.quote) if label.quote and begin >= 0 else len(text)
    return Hit(
        first=heard.fresh,
        last=len(heard.toks) - 1,
        start=max(0, begin),
        end=end,
        engine=engine,
        evidence=(quote(heard.said, max(0, begin), end, engine),),
        score=label.probability,
        doubt=doubt,
    )


def _semantic_hit(heard: Heard, label: Label, spec: Semantic) -> Hit | None:
    if label.probability >= spec.threshold:
        return _label_hit(heard, label, "semantic", "")
    if label.probability >= spec.review:
        return _label_hit(heard, label, "semantic", "the meaning is close, not certain")
    return None


def _excluded(heard: Heard, none_of: Sequence[Way]) -> bool:
    return any(w.possible(heard.words) and find(w, heard, {}) for w in none_of)


def _rests_on(heard: Heard, hit: Hit, spec: Semantic) -> list[int]:
    """Return the key words that a meaning rests on: in its quote, else in the utterance.

    Where there is none, the first word of the quote.
    """
    keys = set(spec.keywords)
    fresh = range(heard.fresh, len(heard.toks))
    inside = [n for n in fresh if hit.start <= heard.toks[n].start < hit.end]
    for places in (inside, fresh):
        found = [n for n in places if heard.toks[n].text in keys]
        if found:
            return found
    return inside[:1]


def _keyword(heard: Heard, spec: Semantic) -> bool:
    return not spec.keywords or not heard.words.isdisjoint(spec.keywords)


def _folded(spec: Semantic, language: Language) -> Semantic:
    """Return a meaning whose key words are written as speech is compared."""
    words = (t.text for k in spec.keywords for t in tokens(k, language=language))
    return spec.model_copy(update={"keywords": tuple(dict.fromkeys(words))})
