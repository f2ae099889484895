"""Why an item stands as it does in a call that is over: the words, the window, the near miss.

A pure function of the call as it was judged. It looks again at every utterance, and says of words
that would have met the item why they do not count. In lines for people it is `why_words`' work.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from models.languages import Language
from models.types import Channel, Utterance
from qa_rules.clarity import mean_confidence, speech_of
from qa_rules.conditions import called_by, describe, holds
from qa_rules.guards import negated, quoted
from qa_rules.heard import Heard, Listening, speak
from qa_rules.index import speaks
from qa_rules.items import CLOSE
from qa_rules.match_schema import Condition
from qa_rules.nearness import near_miss
from qa_rules.packs import PackItem, PackSet
from qa_rules.phrases import INTENT_FLOOR, Hit, Matcher, Need
from qa_rules.types import Evidence, Finding, NearMiss, Severity, State
from qa_rules.why_types import (
    Applies,
    Failing,
    Hearing,
    Judged,
    Meaning,
    Nearest,
    Seen,
    Why,
    Window,
)
from qa_rules.windows import Bounds, bounds
from qa_rules.windows import describe as describe_window
from qa_rules.wording import listed, plain
from qa_rules.world import World, known_facts, overlapping

MOST_REFUSED = 5
"""Words that do not count, of which so many are told."""
ABSENT = (State.MISSED, State.NOT_APPLICABLE, State.WAITING, State.DUE, State.NEEDS_REVIEW)


def why(packs: PackSet, item_id: str, call: Judged) -> Why:
    """Return why an item stands as it does.

    Raises:
        UnknownItem: the packs have no such item.
    """
    item = packs.item(item_id)
    found = next(f for f in call.findings if f.rule_id == item_id)
    world = _world(packs, call)
    span = bounds(item.when, world)
    told = Why(
        item=item.id,
        title=item.title,
        pack=item.pack,
        section=item.section,
        severity=found.severity,
        speaker=item.speaker,
        state=found.state,
        reason=found.reason,
        at=found.at,
        heard_by_words=item.match is not None,
        window=_window(item, span, world, found),
        applies=_applies(item.applies_if, packs, world, call),
    )
    matcher = packs.program.matchers.get(("item", item.id))
    if matcher is None:
        return told
    return _of_words(told, _Look(item, found, matcher, span, world, call, packs.language))


@dataclass(frozen=True, slots=True)
class _Look:
    """What is looked at for an item that is heard."""

    item: PackItem
    found: Finding
    matcher: Matcher
    span: Bounds
    world: World
    call: Judged
    language: Language
    names: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        facts = self.call.facts
        known = {"company": facts.company, "customer": facts.customer}
        object.__setattr__(self, "names", {n: v for n, v in known.items() if v})


def _of_words(told: Why, look: _Look) -> Why:
    seen = list(_seen(look))
    proof = {(e.utterance_id, e.quote) for e in look.found.evidence}
    counts = [s for s in seen if (s.words.utterance_id, s.words.quote) in proof]
    if not counts:
        counts = [Seen(e, e.engine) for e in look.found.evidence]
    against = [s for s in seen if s.against and (s.words.utterance_id, s.words.quote) not in proof]
    parts = len(look.matcher.needs)
    good = {s.part for s in seen if not s.against} | {s.part for s in counts}
    absent = look.found.state in ABSENT and not look.found.evidence
    lacking = [n for n in range(1, parts + 1) if n not in good] if parts > 1 and absent else []
    return replace(
        told,
        counts=tuple(counts),
        refused=tuple(against[:MOST_REFUSED]),
        more_refused=max(0, len(against) - MOST_REFUSED),
        parts=parts,
        missing=tuple(_part_text(look.matcher.needs[n - 1]) for n in lacking),
        nearest=_nearest(look) if absent else None,
        person_from=CLOSE if _for_person(look.found) else None,
        meanings=tuple(_meanings(look)),
        hearing=_hearing(look, told.window),
    )


def _for_person(found: Finding) -> bool:
    """Return whether a near miss decides if a person must look."""
    undecided = found.state in (State.MISSED, State.NEEDS_REVIEW) and not found.evidence
    return undecided and found.severity is Severity.AUTO_FAIL


# -- the call as it was ---------------------------------------------------------------------------


def _world(packs: PackSet, call: Judged) -> World:
    """Return what was known of the call at its end."""
    world = World(facts=known_facts(call.facts), wording=packs.wording)
    for told in call.told:
        world.facts[told.id] = True if told.value is None else told.value
    for event in call.happened:
        world.happen(event)
        if event.id.startswith("anger_") and event.id[-1].isdigit():
            world.reached = max(world.reached, int(event.id[-1]))
    speaks_first = (u.start for u in call.said if u.channel is not Channel.CUSTOMER)
    world.agent_spoke = next(speaks_first, None)
    world.speech = [speech_of(u) for u in call.said]
    world.unheard = list(call.unread)
    world.states = {f.rule_id: f.state for f in call.findings}
    wanted = {i.id: i.speaker for i in packs.intents}
    for said in call.said:
        for label in call.labels.get(said.id, ()):
            who = wanted.get(label.name) if label.kind == "intent" else None
            if who and label.probability >= INTENT_FLOOR and speaks(who, said.channel):
                world.wants.setdefault(label.name, said.start)
    world.now = world.ended = call.seconds
    return world


def _window(item: PackItem, span: Bounds, world: World, found: Finding) -> Window:
    text = describe_window(item.when, world.wording)
    if found.searched is not None:
        return Window(text, *found.searched)
    return Window(text, span.opens, span.closes)


def _applies(
    condition: Condition | None, packs: PackSet, world: World, call: Judged
) -> Applies | None:
    if condition is None:
        return None
    held = holds(condition, world)
    return Applies(
        describe(condition, world.wording),
        held,
        () if held else tuple(_failing(condition, packs, world, call)),
        called_by(condition, world) if held else (),
    )


def _failing(condition: Condition, packs: PackSet, world: World, call: Judged) -> Iterator[Failing]:
    """Yield what of a condition does not hold."""
    if condition.all is not None or condition.any is not None:
        for inner in (*(condition.all or ()), *(condition.any or ())):
            if not holds(inner, world):
                yield from _failing(inner, packs, world, call)
    elif condition.not_ is not None:
        yield Failing(f"it is so: {describe(condition.not_, world.wording)}")
    elif condition.fact is not None:
        for name, wanted in condition.fact.items():
            have = world.facts.get(name)
            if have not in (wanted if isinstance(wanted, tuple) else (wanted,)):
                known = "not known" if have is None else listed(have)
                yield Failing(f"{plain(name)} is {known}, wanted {listed(wanted)}")
    elif condition.item is not None:
        have = world.states.get(condition.item)
        is_so = f"{world.wording.item(condition.item)} is {have}, wanted {condition.state}"
        yield Failing(is_so)
    else:
        text = f"never: {describe(condition, world.wording)}"
        yield Failing(text, _nearest_event(condition, packs, call))


def _nearest_event(condition: Condition, packs: PackSet, call: Judged) -> Nearest | None:
    """Return what came nearest to an event that has words, or to a want."""
    if condition.intent is not None:
        spoken = {i.id: i.speaker for i in packs.intents}
        wanted = {("intent", condition.intent): (INTENT_FLOOR, INTENT_FLOOR)}
        close = next(iter(_closest_labels(wanted, spoken[condition.intent], call)), None)
        if close is None:
            return None
        words = Evidence(close.text, close.start, close.start, engine="intent")
        return Nearest(words, close.score)
    event = next((e for e in packs.events if e.id == condition.event), None)
    if event is None or event.match is None:
        return None
    matcher = packs.program.matchers["event", event.id]
    said = [u for u in call.said if speaks(event.speaker, u.channel)]
    near = near_miss(matcher, [speak(u, packs.language) for u in said])
    if near is None:
        return None
    return Nearest(near.evidence, near.score, _near_way(matcher, call, near, packs.language))


# -- the words ------------------------------------------------------------------------------------


def _seen(look: _Look) -> Iterator[Seen]:
    """Yield all words of the call that meet a part of the item, in the order of the call."""
    ear = Listening(look.language)
    for said in look.call.said:
        heard = ear.take(said)
        if not heard.toks:
            continue
        labels = look.call.labels.get(said.id, ())
        mine = speaks(look.item.speaker, said.channel)
        for number, need in enumerate(look.matcher.needs, 1):
            hit = need.search(heard, labels, look.names) if mine else None
            if hit is not None:
                way, against = _way(need, hit, heard, look.names), _outside(look, hit)
            elif (hit := need.search(heard, (), look.names, guarded=False)) is not None:
                way = _way(need, hit, heard, look.names, guarded=False)
                against = _blocked(need, heard, hit) if mine else _by_other(look, said)
            else:
                continue
            for words in hit.evidence:
                yield Seen(words, way, number, against)


def _way(
    need: Need, hit: Hit, heard: Heard, names: Mapping[str, str], *, guarded: bool = True
) -> str:
    """Return what of the pack found these words: the pattern's own text, or the engine."""
    for way in need.ways:
        alone = replace(need, ways=(way,), intents=(), semantics=())
        found = alone.search(heard, (), names, guarded=guarded)
        if found is not None and (found.first, found.last) == (hit.first, hit.last):
            return f"{hit.engine} {way.source}"
    return hit.engine


def _outside(look: _Look, hit: Hit) -> str:
    """Return why words of the right speaker are outside what counts, "" where they are not."""
    span = look.span
    if span.opens is None:
        return "the window never opened"
    if hit.at < span.opens:
        return "before the window"
    if span.closes is not None and hit.at > span.closes:
        return f"{hit.at - span.closes:.0f} s after the window"
    return ""


def _by_other(look: _Look, said: Utterance) -> str:
    return f"the {said.channel.value} said it, and it is for the {look.item.speaker} to say"


def _blocked(need: Need, heard: Heard, hit: Hit) -> str:
    if need.negation and negated(heard, hit.first):
        return "taken back by a negation before it"
    if need.quotation and quoted(heard, hit.first):
        return "told of someone else"
    return "with words of none_of, or across a negation"


def _part_text(need: Need) -> str:
    """Return one part of an item by its first way."""
    if need.ways:
        more = f" (or {len(need.ways) - 1} more ways)" if len(need.ways) > 1 else ""
        return f"{need.ways[0].engine} {need.ways[0].source}{more}"
    return f"the want {need.intents[0]}" if need.intents else "a meaning"


def _nearest(look: _Look) -> Nearest | None:
    """Return what came closest, as it was judged, or in the window where it was not looked for."""
    near = look.found.near_miss
    if near is None:
        start = look.span.opens or 0.0
        end = look.call.seconds if look.span.closes is None else look.span.closes
        inside = [
            u
            for u in look.call.said
            if speaks(look.item.speaker, u.channel) and u.end > start and u.start < end
        ]
        near = near_miss(look.matcher, [speak(u, look.language) for u in inside])
    if near is None:
        return None
    way = _near_way(look.matcher, look.call, near, look.language)
    return Nearest(near.evidence, near.score, way)


def _near_way(matcher: Matcher, call: Judged, near: NearMiss, language: Language) -> str:
    """Return the way that the words of a near miss come closest to."""
    said = next((u for u in call.said if u.id == near.evidence.utterance_id), None)
    if said is None:
        return ""
    best, name = 0.0, ""
    for need in matcher.needs:
        for way in need.ways:
            one = near_miss(Matcher((replace(need, ways=(way,)),)), [speak(said, language)])
            if one is not None and one.score > best:
                best, name = one.score, f"{way.engine} {way.source}"
    return name


def _meanings(look: _Look) -> list[Meaning]:
    """Return the closest utterance for each meaning and each want that the item rests on."""
    wanted: dict[tuple[str, str], tuple[float, float]] = {}
    for need in look.matcher.needs:
        for name, spec in need.semantics:
            wanted["semantic", name] = (spec.threshold, spec.review)
        for name in need.intents:
            wanted["intent", name] = (INTENT_FLOOR, INTENT_FLOOR)
    return _closest_labels(wanted, look.item.speaker, look.call)


def _closest_labels(
    wanted: Mapping[tuple[str, str], tuple[float, float]], speaker: str, call: Judged
) -> list[Meaning]:
    """Return, for each label that is wanted, the speaker's utterance that has most of it."""
    best: dict[tuple[str, str], Meaning] = {}
    for said in call.said:
        if not speaks(speaker, said.channel):
            continue
        for label in call.labels.get(said.id, ()):
            key = (label.kind, label.name)
            if key in wanted and (key not in best or best[key].score < label.probability):
                needs, review = wanted[key]
                text = label.quote or said.text
                best[key] = Meaning(*key, label.probability, needs, review, text, said.start)
    return list(best.values())


def _hearing(look: _Look, window: Window) -> Hearing:
    start = window.opens or 0.0
    end = look.call.seconds if window.closes is None else window.closes
    sure = [e.confidence for e in look.found.evidence if e.confidence is not None]
    return Hearing(
        words=min(sure) if sure else None,
        words_need=look.item.min_confidence,
        span=mean_confidence(look.world.speech, look.item.speaker, start, end),
        unread=tuple(overlapping(look.call.unread, start, end)),
    )
