"""Why an item stands as it does, in lines for people: short, each with its second."""

from collections.abc import Iterator

from qa_rules.types import Evidence, Severity, State
from qa_rules.why_types import Applies, Hearing, Meaning, Nearest, Seen, Why
from qa_rules.world import spans_text

_STATES = {
    State.DONE: "done",
    State.NEEDS_REVIEW: "needs review",
    State.NOT_APPLICABLE: "n/a",
}
_WIDTH = 12
WAY_CHARS = 76
"""A longer pattern is cut."""


def lines(told: Why) -> list[str]:
    """Return an explanation as lines."""
    return [
        f"{told.item} {told.title} ({told.pack}, {told.severity}, {told.section})",
        _verdict(told),
        "",
        *(f"{name:<{_WIDTH}}{text}".rstrip() for name, text in _rows(told)),
    ]


def _verdict(told: Why) -> str:
    state = _STATES.get(told.state, str(told.state))
    if told.severity.prohibited and told.state is State.DONE:
        state = "kept"
    at = f" at {spans_text(told.at)}" if told.at is not None else ""
    return f"{state}{at}{': ' if told.reason else ''}{told.reason}"


def _rows(told: Why) -> Iterator[tuple[str, str]]:
    yield from _block("words", [line for s in told.counts for line in _seen(s, "")])
    if told.heard_by_words:
        yield "searched", _window(told)
    if told.applies is not None:
        yield from _condition(told.applies)
    called_for = told.state is not State.NOT_APPLICABLE or told.severity is Severity.OPTIONAL
    if called_for:
        yield from _block("not heard", [_short(text) for text in told.missing])
    if told.nearest is not None and called_for:
        yield from _block("nearest", _near(told.nearest, told.person_from))
    elif told.heard_by_words and not told.counts and told.state is State.MISSED:
        yield "nearest", "nothing like it was said"
    doubted = told.state is not State.DONE or told.severity.prohibited
    refused = [line for s in told.refused if doubted for line in _seen(s, s.against)]
    if refused and told.more_refused:
        refused.append(f"and {told.more_refused} more")
    yield from _block("not counted", refused)
    yield from _block("meaning", [_meaning(m) for m in told.meanings])
    if told.hearing is not None and called_for:
        yield from _block("hearing", list(_hearing(told, told.hearing)))


def _block(name: str, texts: list[str]) -> Iterator[tuple[str, str]]:
    for n, text in enumerate(texts):
        yield (name if n == 0 else ""), text


def quote_text(words: Evidence) -> str:
    """Return words with their second and who said them."""
    who = f"{words.channel.value} " if words.channel is not None else ""
    return f'{spans_text(words.start)} {who}"{words.quote}"'


def _seen(seen: Seen, against: str) -> Iterator[str]:
    yield quote_text(seen.words)
    if against:
        yield f"  {against}"
    yield f"  by {_short(seen.way)}"


def _short(way: str) -> str:
    return way if len(way) <= WAY_CHARS else f"{way[: WAY_CHARS - 3]}..."


def _window(told: Why) -> str:
    span = told.window
    if span.opens is None:
        return f"{span.text}: it never opened"
    end = "the end" if span.closes is None else spans_text(span.closes)
    who = "anyone's" if told.speaker == "any" else f"the {told.speaker}'s"
    return f"{who} words, {spans_text(span.opens)} to {end} ({span.text})"


def _condition(applies: Applies) -> Iterator[tuple[str, str]]:
    yield "applies if", f"{applies.text} ({'it does' if applies.held else 'it does not'})"
    for part in applies.failing:
        if len(applies.failing) > 1 or not part.text.endswith(applies.text):
            yield "", f"  {part.text}"
        if part.nearest is not None:
            yield from _block("", [f"  {line}" for line in _near(part.nearest, None)])
    yield from _block("", [f"  {quote_text(e)}" for e in applies.words[:1]])


def _near(near: Nearest, person_from: float | None) -> list[str]:
    told = [f"{quote_text(near.words)} scores {near.score:.2f}"]
    if near.way:
        told.append(f"  closest to {_short(near.way)}")
    if person_from is not None:
        side = "so a person must look" if near.score >= person_from else "so it stays missed"
        told.append(f"  from {person_from:g} on a person must look: {side}")
    return told


def _meaning(meaning: Meaning) -> str:
    kind = "by meaning" if meaning.kind == "semantic" else f"as {meaning.name}"
    verdict = "counts" if meaning.score >= meaning.needs else "does not count"
    if meaning.review <= meaning.score < meaning.needs:
        verdict = "close: a person must look"
    return (
        f'{spans_text(meaning.start)} "{meaning.text}" {kind} {meaning.score:.2f} '
        f"(needs {meaning.needs:g}): {verdict}"
    )


def _hearing(told: Why, hearing: Hearing) -> Iterator[str]:
    if hearing.words is not None:
        good = hearing.words >= hearing.words_need
        verdict = "sure enough" if good else "too unsure: a person must look"
        yield f"its words at {hearing.words:.2f} (needs {hearing.words_need:g}): {verdict}"
    if told.counts or told.severity.prohibited:
        return
    if hearing.span is None:
        who = "nobody" if told.speaker == "any" else f"the {told.speaker}"
        verb = "speaks" if told.speaker == "any" else "does not speak"
        yield f"{who} {verb} there"
    else:
        good = hearing.span >= hearing.span_needs
        verdict = "an absence is believed" if good else "an absence is not believed"
        yield f"words there at {hearing.span:.2f} (needs {hearing.span_needs:g}): {verdict}"
    for start, end in hearing.unread:
        yield f"{spans_text(start)} to {spans_text(end)} could not be read"
