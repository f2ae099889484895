"""Packs of rules: found, read, checked, inherited and put together for a call.

What a file may hold is in `schema`; that names in it point at something is `references`' work.
"""

import difflib
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from models.languages import ENGLISH, LANGUAGES, Language
from qa_rules.errors import Fault, PackInvalid, PackNotFound, UnknownItem
from qa_rules.faults import explain
from qa_rules.forms import PackQuestion, check_form, form_parts, questions
from qa_rules.program import Program, compile_program
from qa_rules.references import check_references, references
from qa_rules.schema import (
    EventSpec,
    FormSpec,
    HintSpec,
    IntentSpec,
    ItemSpec,
    MoodSpec,
    Pack,
    SectionSpec,
    Wrapup,
)
from qa_rules.skips import asked_hints, asked_items, asked_questions, check_skips
from qa_rules.source import Source, read_source
from qa_rules.types import ChecklistItem, FormPart
from qa_rules.wording import Wording, wording

READ_KEPT = 64
"""Packs that are kept as they were read: every queue inherits the same few."""
SHIPPED = Path(__file__).parent / "packs"
_LANGUAGE = re.compile(r"^language:\s*([a-z]+)", re.MULTILINE)
_JUDGED = ("match", "speaker", "when", "applies_if", "min_confidence")
"""What a question's rule has in common with an item."""


class PackItem(ItemSpec):
    """An item, with the pack that it is from and where that pack is law."""

    pack: str = ""
    jurisdictions: tuple[str, ...] = ()
    quiet: bool = False
    """A question's rule: judged, and never shown to the agent."""


class PackHint(HintSpec):
    """A hint, with the jurisdictions of its pack."""

    pack: str = ""
    jurisdictions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackFile:
    """One pack as it was read, and the places in its file."""

    pack: Pack
    source: Source = field(repr=False)


@dataclass(frozen=True)
class PackSet:
    """The packs of a call, put together: a later pack's entry replaces an earlier one's.

    `names` are the packs in the order they were loaded, what they inherit first; `chosen` are
    those that were asked for.
    """

    names: tuple[str, ...]
    chosen: tuple[str, ...]
    items: tuple[PackItem, ...]
    intents: tuple[IntentSpec, ...]
    hints: tuple[PackHint, ...]
    events: tuple[EventSpec, ...]
    mood: tuple[MoodSpec, ...]
    wrapup: Wrapup
    form: FormSpec
    version: str
    questions: tuple[PackQuestion, ...] = ()
    files: tuple[PackFile, ...] = field(default=(), repr=False)
    language: Language = ENGLISH

    @cached_property
    def judged(self) -> tuple[PackItem, ...]:
        """All that is judged: the items, then the rules of the form's questions."""
        return (*self.items, *_rules(self.questions))

    @cached_property
    def parts(self) -> tuple[FormPart, ...]:
        """The form's version: that of each pack in it, and a hash of what it asks."""
        return form_parts(f.pack for f in self.files)

    @cached_property
    def program(self) -> Program:
        """The packs compiled, at first use; shared by all calls."""
        parts = self.events, self.judged, self.hints, self.mood
        return compile_program(*parts, self.language)

    @cached_property
    def named_events(self) -> frozenset[str]:
        """The events that a window, a condition, a hint or an outcome of these packs names."""
        found = (r for f in self.files for r in references(f.pack))
        return frozenset(name for kind, name, _ in found if kind == "event")

    @cached_property
    def wording(self) -> Wording:
        """What events, wants and items are called."""
        return wording(self.events, self.intents, self.judged)

    def checklist(self) -> tuple[ChecklistItem, ...]:
        """Return every item as the agent's checklist shows it, in order."""
        return tuple(checklist_item(i) for i in self.items)

    def item(self, item_id: str) -> PackItem:
        """Return the item of an id, or the rule of a question's.

        Raises:
            UnknownItem: there is none.
        """
        for item in self.judged:
            if item.id == item_id:
                return item
        near = difflib.get_close_matches(item_id, [i.id for i in self.judged], n=3, cutoff=0.75)
        advice = f": did you mean {' or '.join(near)}?" if near else ""
        raise UnknownItem(f"no item {item_id} in {', '.join(self.names)}{advice}")


def checklist_item(item: PackItem) -> ChecklistItem:
    """Return an item as a line of the checklist."""
    when = item.when
    fixed = when is not None and when.after is None and item.applies_if is None
    return ChecklistItem(
        rule_id=item.id,
        label=item.label or item.title[:32],
        title=item.title,
        severity=item.severity,
        section=item.section,
        example=item.example,
        due_s=when.within_s if when is not None and fixed else None,
        pack=item.pack,
        conditional=item.applies_if is not None or (when is not None and when.after is not None),
    )


def shipped(language: str = "") -> list[str]:
    """Return the names of the packs that come with the product, or of those in one language."""
    paths = sorted(SHIPPED.glob("*.yaml"))
    return [p.stem for p in paths if language in ("", _language_of(p.read_text("utf-8")))]


def _language_of(text: str) -> str:
    """Return the code that a pack's text names, without reading the whole of it."""
    found = _LANGUAGE.search(text)
    return found[1] if found else ENGLISH.code


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a pack file."""
    out = Pack.model_json_schema(by_alias=True)
    out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    out["title"] = "Cueline rule pack"
    return out


@lru_cache(maxsize=READ_KEPT)
def read_pack(text: str, file: str) -> PackFile:
    """Read one pack's text by itself, without what it inherits; the same text is read once.

    Raises:
        PackInvalid: with every fault and its place.
    """
    source = read_source(text, file)
    if not isinstance(source.data, dict):
        raise PackInvalid([source.fault((), "a pack is a mapping: begin with `pack: <name>`")])
    try:
        return PackFile(Pack.model_validate(source.data), source)
    except ValidationError as err:
        raise PackInvalid([explain(e, source, Pack) for e in err.errors()]) from err


def load_packs(names: Sequence[str], directories: Sequence[Path] = ()) -> PackSet:
    """Load packs by name and all that they inherit, and put them together.

    A name is looked for in `directories`, in order, then among the shipped packs; a name that ends
    in .yaml is a path.

    Raises:
        PackNotFound: no such pack.
        PackInvalid: with every fault of every file, and its place.
    """
    files: dict[str, PackFile] = {}
    for name in names:
        _gather(name, directories, files, ())
    chosen = tuple(Path(n).stem for n in names)
    return compose(tuple(files.values()), chosen)


def _gather(
    name: str, directories: Sequence[Path], files: dict[str, PackFile], trail: tuple[str, ...]
) -> None:
    """Read a pack and, before it, what it inherits."""
    path = _find(name, directories)
    if path.stem in trail:
        ring = " -> ".join((*trail, path.stem))
        raise PackInvalid([Fault(str(path), 1, 1, f"packs inherit each other in a ring: {ring}")])
    if path.stem in files:
        return
    read = read_pack(path.read_text(encoding="utf-8"), str(path))
    if read.pack.pack != path.stem:
        message = f"the file is called {path.stem}: write `pack: {path.stem}`"
        raise PackInvalid([read.source.fault(("pack",), message)])
    for number, parent in enumerate(read.pack.inherits):
        try:
            _gather(parent, directories, files, (*trail, path.stem))
        except PackNotFound as err:
            fault = read.source.fault(("inherits", number), str(err))
            raise PackInvalid([fault]) from err
    files[path.stem] = read


def _find(name: str, directories: Sequence[Path]) -> Path:
    if name.endswith(".yaml"):
        if Path(name).is_file():
            return Path(name)
        raise PackNotFound(f"no file {name}")
    for directory in (*directories, SHIPPED):
        path = directory / f"{name}.yaml"
        if path.is_file():
            return path
    known = sorted({*shipped(), *(p.stem for d in directories for p in d.glob("*.yaml"))})
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(known) or 'none'}"
    raise PackNotFound(f"no pack {name}: {advice}")


def compose(files: Sequence[PackFile], chosen: tuple[str, ...]) -> PackSet:
    """Put packs together in order.

    Raises:
        PackInvalid: a name in one of them points at nothing, or they are not of one language.
    """
    packs = [f.pack for f in files]
    language = _one_language(files)
    form = next((p.form for p in reversed(packs) if p.form is not None), None)
    asked = asked_items(packs, chosen)
    out = PackSet(
        names=tuple(p.pack for p in packs),
        chosen=chosen,
        items=tuple(i for i in _merge(_items(p) for p in packs) if i.id in asked),
        intents=_merge(p.intents for p in packs),
        hints=asked_hints(_merge(_hints(p) for p in packs), asked),
        events=_merge(p.events for p in packs),
        mood=_merge(p.mood for p in packs),
        wrapup=Wrapup(
            reasons=_merge(p.wrapup.reasons for p in packs),
            outcomes=_merge(p.wrapup.outcomes for p in packs),
            dispositions=_merge(p.wrapup.dispositions for p in packs),
            fields=_merge(p.wrapup.fields for p in packs),
        ),
        form=form or _plain_form(packs),
        version=_version(packs),
        questions=asked_questions(questions(packs), asked),
        files=tuple(files),
        language=language,
    )
    faults = check_references(out) or check_skips(out.files) or check_form(out)
    if faults:
        raise PackInvalid(faults)
    return out


def _one_language(files: Sequence[PackFile]) -> Language:
    """Return the language of packs.

    Raises:
        PackInvalid: there is no table for it, or a pack is in another than the first.
    """
    faults, first = [], files[0].pack if files else None
    for file in files:
        own, message = file.pack, ""
        if own.language not in LANGUAGES:
            codes = ", ".join(sorted(LANGUAGES))
            message = f"no words are known of the language {own.language}: write one of {codes}"
        elif first is not None and own.language != first.language:
            message = (
                f"packs of one call are in one language: {first.pack} is {first.language}, "
                f"{own.pack} is {own.language}"
            )
        if message:
            faults.append(file.source.fault(("language",), message))
    if faults:
        raise PackInvalid(faults)
    return LANGUAGES[first.language] if first is not None else ENGLISH


class _Named(Protocol):
    @property
    def id(self) -> str: ...


_T = TypeVar("_T", bound=_Named)


def _merge(lists: Iterable[Sequence[_T]]) -> tuple[_T, ...]:
    """Join lists in order; an entry of a known id takes the place of the earlier one."""
    out: dict[str, _T] = {}
    for entries in lists:
        for entry in entries:
            out[entry.id] = entry
    return tuple(out.values())


def _items(pack: Pack) -> list[PackItem]:
    place: dict[str, Any] = {"pack": pack.pack, "jurisdictions": pack.jurisdictions}
    return [PackItem.model_construct(**dict(i), **place) for i in pack.items]


def _rules(asked: Sequence[PackQuestion]) -> list[PackItem]:
    """Return the rules of questions as items that no agent sees."""
    return [
        PackItem(
            id=q.id,
            title=q.title,
            severity=q.severity,
            section=q.section,
            weight=q.weight,
            **{name: getattr(q.rule, name) for name in _JUDGED},
            pack=q.pack,
            jurisdictions=q.jurisdictions,
            quiet=True,
        )
        for q in asked
        if q.rule is not None
    ]


def _hints(pack: Pack) -> list[PackHint]:
    place: dict[str, Any] = {"pack": pack.pack, "jurisdictions": pack.jurisdictions}
    return [_construct_hint(PackHint.model_construct, h, place) for h in pack.hints]


def _construct_hint(
    make: Callable[..., PackHint], hint: HintSpec, place: dict[str, Any]
) -> PackHint:
    """Copy a hint by its field names: `if_` is read by its alias otherwise."""
    made = make(**{k: v for k, v in dict(hint).items() if k != "if_"}, **place)
    object.__setattr__(made, "__dict__", {**made.__dict__, "if_": hint.if_})
    return made


def _plain_form(packs: Sequence[Pack]) -> FormSpec:
    """Return a form of the sections that the items name, of equal weight."""
    ids = list(dict.fromkeys(i.section for p in packs for i in p.items)) or ["call"]
    each = 100 / len(ids)
    return FormSpec(
        sections={s: SectionSpec(title=s.replace("_", " ").capitalize(), weight=each) for s in ids}
    )


def _version(packs: Sequence[Pack]) -> str:
    """Return a short name for the exact content of the packs, the same on every machine."""
    data = [p.model_dump(mode="json", by_alias=True) for p in packs]
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
