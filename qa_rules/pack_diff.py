"""Two versions of packs compared, entry by entry: what is new, what is gone, what is not as it was.

Each pack is compared as its own file has it, without what it inherits.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from qa_rules.conditions import describe
from qa_rules.form_schema import QuestionSpec
from qa_rules.forms import form_parts
from qa_rules.match_schema import Condition, MatchSpec, When
from qa_rules.packs import PackFile
from qa_rules.phrases import compile_match
from qa_rules.schema import Pack
from qa_rules.types import State
from qa_rules.ways import Way
from qa_rules.windows import describe as describe_window
from qa_rules.wording import Wording, listed, plain, wording

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
PARTS = ("items", "events", "intents", "hints", "mood")
WRAPUP = ("reasons", "outcomes", "dispositions", "fields")
_SINGULAR = {
    "items": "item",
    "events": "event",
    "intents": "intent",
    "hints": "hint",
    "mood": "mood cue",
    "questions": "question",
    "sections": "section",
    "reasons": "wrap-up reason",
    "outcomes": "wrap-up outcome",
    "dispositions": "wrap-up disposition",
    "fields": "wrap-up field",
}
_Entries = Mapping[str, BaseModel]
MOST_QUOTED = 4
"""Lines and patterns that are quoted of each change; of the others only the number is told."""


@dataclass(frozen=True, slots=True)
class EntryDiff:
    """One entry of a pack; `part` is "item" | "event" | ..., `lines` say what differs."""

    part: str
    id: str
    kind: str
    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackDiff:
    """One pack; `kind` is "added" | "removed" | "changed" | "same". `head` is of the file itself.

    `asks_otherwise` says that what is asked or what counts differs: the form of a pack that has
    scored calls then needs a new `version`, which `raised` says it has.
    """

    pack: str
    kind: str
    versions: tuple[str, str]
    head: tuple[str, ...] = ()
    entries: tuple[EntryDiff, ...] = ()
    asks_otherwise: bool = False
    raised: bool = False


def diff_packs(old: Sequence[PackFile], new: Sequence[PackFile]) -> tuple[PackDiff, ...]:
    """Return how packs differ, matched by name; one file each is compared whatever its name."""
    before = {f.pack.pack: f.pack for f in old}
    after = {f.pack.pack: f.pack for f in new}
    if len(old) == len(new) == 1:
        return (_diff(old[0].pack, new[0].pack),)
    out = []
    for name in sorted({*before, *after}):
        one, other = before.get(name), after.get(name)
        if one is not None and other is not None:
            out.append(_diff(one, other))
        elif other is not None:
            out.append(PackDiff(name, ADDED, ("", other.version), _size(other)))
        elif one is not None:
            out.append(PackDiff(name, REMOVED, (one.version, ""), _size(one)))
    return tuple(out)


def _size(pack: Pack) -> tuple[str, ...]:
    counts = ((part, len(getattr(pack, part))) for part in PARTS)
    return (f"{pack.title}: " + ", ".join(f"{n} {part}" for part, n in counts if n),)


def _diff(old: Pack, new: Pack) -> PackDiff:
    names = wording(
        (*old.events, *new.events), (*old.intents, *new.intents), (*old.items, *new.items)
    )
    entries = tuple(_entries(old, new, names))
    head = tuple(_head(old, new))
    asked = [tuple(p.hash for p in form_parts([pack])) for pack in (old, new)]
    return PackDiff(
        new.pack,
        CHANGED if entries or head else "same",
        (old.version, new.version),
        head,
        entries,
        asks_otherwise=asked[0] != asked[1],
        raised=old.version != new.version,
    )


def _head(old: Pack, new: Pack) -> Iterator[str]:
    keys = (
        "pack",
        "code",
        "version",
        "title",
        "language",
        "inherits",
        "skips",
        "jurisdictions",
        "sources",
    )
    yield from _plain_fields(old, new, keys)
    if old.form is None or new.form is None:
        if old.form is not new.form:
            yield "a form of its own" if new.form is not None else "no form of its own any more"
        return
    yield from _plain_fields(old.form, new.form, ("pass_mark",))
    yield from _plain_fields(old.form.exclude, new.form.exclude, ("min_seconds", "min_turns"))


def _entries(old: Pack, new: Pack, names: Wording) -> Iterator[EntryDiff]:
    lists = [(part, *_both(old, new, part)) for part in PARTS]
    forms = [p.form for p in (old, new)]
    asked = [_by_id(f.questions if f is not None else ()) for f in forms]
    lists.append(("questions", asked[0], asked[1]))
    sections = [dict(f.sections) if f is not None else {} for f in forms]
    if all(f is not None for f in forms):
        lists.append(("sections", sections[0], sections[1]))
    lists += [(part, *_both(old.wrapup, new.wrapup, part)) for part in WRAPUP]
    for part, before, after in lists:
        for name in dict.fromkeys([*after, *before]):
            entry = _entry(_SINGULAR[part], name, before.get(name), after.get(name), names)
            if entry is not None:
                yield entry


def _both(old: object, new: object, part: str) -> tuple[_Entries, _Entries]:
    return _by_id(getattr(old, part)), _by_id(getattr(new, part))


def _by_id(entries: Sequence[Any]) -> _Entries:  # entries of a pack, each with an id
    return {e.id: e for e in entries}


def _entry(
    part: str, name: str, old: BaseModel | None, new: BaseModel | None, names: Wording
) -> EntryDiff | None:
    shown = new if new is not None else old
    title = str(getattr(shown, "title", "") or getattr(shown, "text", ""))
    if old is None:
        return EntryDiff(part, name, ADDED, title, tuple(_told(new, names)))
    if new is None:
        return EntryDiff(part, name, REMOVED, title)
    lines = tuple(_changes(old, new, names))
    return EntryDiff(part, name, CHANGED, title, lines) if lines else None


def _told(new: BaseModel | None, names: Wording) -> Iterator[str]:
    """Yield what matters of a new entry: what it costs, when it counts."""
    if new is None:
        return
    severity = getattr(new, "severity", None)
    if severity is not None:
        yield f"{severity}, {getattr(new, 'section', '')} {getattr(new, 'weight', 0):g}"
    if isinstance(when := getattr(new, "when", None), When):
        yield describe_window(when, names)
    if isinstance(condition := getattr(new, "applies_if", None), Condition):
        yield f"applies if {describe(condition, names)}"


# -- what differs in an entry ---------------------------------------------------------------------


def _changes(old: BaseModel, new: BaseModel, names: Wording) -> Iterator[str]:
    for key in type(new).model_fields:
        one, other = getattr(old, key), getattr(new, key)
        if one != other:
            yield from _change(key.rstrip("_"), one, other, names)


def _change(key: str, one: Any, other: Any, names: Wording) -> Iterator[str]:  # values of one key
    if key == "when":
        yield f"window: {describe_window(one, names)} -> {describe_window(other, names)}"
    elif isinstance(one, Condition) or isinstance(other, Condition):
        yield f"{_KEYS.get(key, key)}: {_condition(one, names)} -> {_condition(other, names)}"
    elif isinstance(one, MatchSpec) or isinstance(other, MatchSpec):
        yield from _match(one, other)
    elif key == "tests":
        yield from _lists("lines that match", one.yes, other.yes)
        yield from _lists("lines that do not", one.no, other.no)
    elif key in ("examples", "not_examples"):
        yield from _lists(plain(key), one, other)
    elif isinstance(one, QuestionSpec):
        yield f"{key} is not as it was"
    elif isinstance(one, BaseModel) and isinstance(other, BaseModel):
        for line in _changes(one, other, names):
            yield f"{plain(key)}: {line}"
    else:
        yield f"{plain(key)}: {_value(one)} -> {_value(other)}"


_KEYS = {"applies_if": "applies if", "if": "only if"}


def _condition(value: Condition | None, names: Wording) -> str:
    return "always" if value is None else describe(value, names)


def _plain_fields(old: BaseModel, new: BaseModel, keys: Sequence[str]) -> Iterator[str]:
    for key in keys:
        one, other = getattr(old, key), getattr(new, key)
        if one != other:
            yield f"{plain(key)}: {_value(one)} -> {_value(other)}"


def _match(one: MatchSpec | None, other: MatchSpec | None) -> Iterator[str]:
    """Yield which ways were added and taken away, and what else a match has changed."""
    yield from _lists("hears", _ways(one), _ways(other))
    excluded = [m.none_of if m is not None else () for m in (one, other)]
    yield from _lists("not with", *excluded)
    for key in ("negation", "quoted"):
        values = [getattr(m, key) if m is not None else "block" for m in (one, other)]
        if values[0] != values[1]:
            yield f"{key}: {values[0]} -> {values[1]}"
    if one is not None and other is not None and _same_ways(one, other):
        yield "its words are put together otherwise"


def _same_ways(one: MatchSpec, other: MatchSpec) -> bool:
    """Return whether a match differs only in how its parts are joined."""
    keys = ("none_of", "negation", "quoted")
    return _ways(one) == _ways(other) and all(getattr(one, k) == getattr(other, k) for k in keys)


def _ways(match: MatchSpec | None) -> list[str]:
    if match is None:
        return []
    out: list[str] = []
    for need in compile_match(match).needs:
        out += [f"{w.engine} {w.source}{_but(w.none_of)}" for w in need.ways]
        out += [f"the want {name}{_but(need.bound.get(name, ()))}" for name in need.intents]
        for key, spec in need.semantics:
            count, but = len(spec.examples), _but(need.bound.get(key, ()))
            out.append(f"a meaning of {count} examples, {spec.threshold:g} or more{but}")
    return out


def _but(none_of: Sequence[Way]) -> str:
    return "".join(f", not with {way.source}" for way in none_of)


def _lists(name: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[str]:  # texts, or turns
    for sign, values in (
        ("+", [v for v in new if v not in old]),
        ("-", [v for v in old if v not in new]),
    ):
        for value in values[:MOST_QUOTED]:
            yield f"{name} {sign} {_line(value)}"
        if len(values) > MOST_QUOTED:
            yield f"{name} {sign} {len(values) - MOST_QUOTED} more"


def _line(value: object) -> str:
    return " / ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _value(value: object) -> str:
    """Return a value in words."""
    if value is None or value in ("", (), {}):
        return "none"
    if isinstance(value, State):
        return value.value
    if isinstance(value, tuple):
        return ", ".join(_line(v) for v in value)
    if isinstance(value, dict):
        return ", ".join(f"{plain(str(k))} {listed(v)}" for k, v in value.items())
    if isinstance(value, BaseModel):
        shown = value.model_dump(exclude_defaults=True, by_alias=True, mode="json")
        return ", ".join(f"{k} {v}" for k, v in shown.items())
    return f'"{value}"' if isinstance(value, str) and " " in value else listed(value)


def diff_lines(packs: Sequence[PackDiff]) -> list[str]:
    """Return a comparison as lines for people; packs that are the same are only counted."""
    out: list[str] = []
    same = sum(p.kind == "same" for p in packs)
    for pack in packs:
        if pack.kind != "same":
            out += [*_pack_lines(pack), ""]
    if not out:
        return ["nothing differs"]
    if same:
        out += [f"{same} packs are the same" if same > 1 else "1 pack is the same", ""]
    return out[:-1]


def _pack_lines(pack: PackDiff) -> Iterator[str]:
    if pack.kind != CHANGED:
        yield f"{pack.pack} {pack.versions[1] or pack.versions[0]}: {pack.kind}"
        yield from (f"  {line}" for line in pack.head)
        return
    one, other = pack.versions
    yield f"{pack.pack} {one} -> {other}" if one != other else f"{pack.pack} {one}"
    yield from (f"  {line}" for line in pack.head if not line.startswith("version:"))
    for entry in pack.entries:
        sign = {ADDED: "+", REMOVED: "-"}.get(entry.kind, "~")
        title = f" {entry.title}" if entry.title else ""
        yield f"{sign} {entry.part} {entry.id}{title}"
        yield from (f"    {line}" for line in entry.lines)
    if pack.asks_otherwise and not pack.raised:
        yield f"what is asked differs, and the version is {one} still: raise it"
    elif not pack.asks_otherwise:
        yield "what is asked, and what it is worth, stays as it is"
