"""Why a rule does, or does not, take some words: for the people who write packs."""

from collections.abc import Iterator, Sequence

from models.languages import Language
from models.types import Utterance
from qa_rules.conditions import describe
from qa_rules.guards import negated, quoted
from qa_rules.heard import Heard, Listening, speak
from qa_rules.index import speaks
from qa_rules.nearness import near_miss
from qa_rules.packs import PackItem, PackSet
from qa_rules.phrases import Matcher, Need
from qa_rules.selftest import utterances
from qa_rules.windows import describe as describe_window
from qa_rules.wording import fact


def explain_item(packs: PackSet, item_id: str) -> list[str]:
    """Return an item in words: who, when, what, and what it costs.

    Raises:
        UnknownItem: there is no such item.
    """
    item = packs.item(item_id)
    who = {"any": "anyone"}.get(item.speaker, f"the {item.speaker}")
    verb = "must not say" if item.severity.prohibited else "says"
    out = [f"{item.id} {item.title} ({item.pack}, {item.severity}, {item.section} {item.weight:g})"]
    out.append(f"{who} {verb} it {describe_window(item.when, packs.wording)}")
    if item.applies_if is not None:
        out.append(f"applies if {describe(item.applies_if, packs.wording)}")
    if item.jurisdictions:
        out.append(f"law in {', '.join(item.jurisdictions)}; n/a elsewhere")
    if item.metric is not None:
        out.append(f"measured: {item.metric.name} {item.metric.op} {item.metric.value:g}")
    elif item.fact is not None:
        out.append(
            f"a fact: {fact(item.fact.name, item.fact.equals)}; not known: {item.fact.unknown}"
        )
    else:
        out += list(_ways(item, packs.program.matchers["item", item.id]))
    return out


def _ways(item: PackItem, matcher: Matcher) -> Iterator[str]:
    for number, need in enumerate(matcher.needs, 1):
        if len(matcher.needs) > 1:
            yield f"part {number} of {len(matcher.needs)}:"
        for way in need.ways:
            yield f"  {way.engine}: {way.source}"
            yield from (f"    not with: {one.source}" for one in way.none_of)
        for intent in need.intents:
            yield f"  intent: {intent} (from the classifier)"
            yield from (f"    not with: {one.source}" for one in need.bound.get(intent, ()))
        for name, spec in need.semantics:
            yield f"  meaning {name}: {spec.threshold:g} or more (needs a text encoder)"
            yield from (f"    not with: {one.source}" for one in need.bound.get(name, ()))
        for way in need.none_of:
            yield f"  not with: {way.source}"


def explain_lines(packs: PackSet, item_id: str, turns: Sequence[str]) -> list[str]:
    """Return what an item makes of each turn, and why.

    Raises:
        UnknownItem: there is no such item.
    """
    item = packs.item(item_id)
    matcher = packs.program.matchers.get(("item", item.id))
    if matcher is None:
        return [f"{item.id} does not look at words"]
    ear, out = Listening(packs.language), []
    for said in utterances(turns, item.speaker):
        heard = ear.take(said)
        out.append(f'{said.channel.value}: "{said.text}"')
        if not speaks(item.speaker, said.channel):
            out.append(f"  not looked at: it is for the {item.speaker} to say")
            continue
        out.extend(f"  {_why(need, heard)}" for need in matcher.needs)
        if matcher.search(heard) is None:
            out += _near(matcher, said, packs.language)
    return out


def _why(need: Need, heard: Heard) -> str:
    hit = need.search(heard)
    if hit is not None:
        doubt = f"; doubtful: {hit.doubt}" if hit.doubt else ""
        slots = "".join(f"; {k} = {v}" for k, v in hit.slots.items())
        return f'hit by {hit.engine}: "{" ".join(e.quote for e in hit.evidence)}"{slots}{doubt}'
    raw = need.search(heard, guarded=False)
    if raw is None:
        return "no way matches"
    words = " ".join(e.quote for e in raw.evidence)
    if need.negation and negated(heard, raw.first):
        return f'"{words}" is taken back by a negation before it'
    if need.quotation and quoted(heard, raw.first):
        return f'"{words}" is told of someone else'
    return f'"{words}" is excluded by none_of, or a gap crosses a negation'


def _near(matcher: Matcher, said: Utterance, language: Language) -> list[str]:
    found = near_miss(matcher, [speak(said, language)])
    if found is None:
        return []
    return [f'  nearest: "{found.evidence.quote}" ({found.score:.2f})']
