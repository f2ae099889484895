"""What reads but should not ship: rules without lines, cards that can never come, slow patterns."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from models.languages import LANGUAGES
from qa_rules.errors import Fault
from qa_rules.form_schema import QuestionSpec
from qa_rules.lint_meanings import lint_meanings
from qa_rules.match_schema import MatchSpec
from qa_rules.packs import PackFile, PackSet
from qa_rules.phrases import compile_match
from qa_rules.references import SYSTEM_EVENTS
from qa_rules.schema import EventSpec, ItemSpec
from qa_rules.types import Mode

LEAST_LINES = 4
LEAST_EXAMPLES = 8
_RAISED_BY = "give it words under match, or say under told_by which system tells it"


def lint(packs: PackSet, only: Sequence[str] = ()) -> list[Fault]:
    """Return what should be better in the packs, or in those named; they have been read already."""
    out: list[Fault] = []
    for file in packs.files:
        if not only or file.pack.pack in only:
            out += sorted(_of_file(file), key=lambda f: (f.line, f.column))
    if not only:
        out += _of_set(packs)
    return out


def _of_file(file: PackFile) -> Iterator[Fault]:
    source = file.source
    for n, item in enumerate(file.pack.items):
        for path, message in _of_item(item):
            yield source.fault(("items", n, *path), f"{item.id}: {message}")
    yield from _of_form(file)
    language = LANGUAGES[file.pack.language]
    for path, name, match in _matches(file):
        for message in lint_meanings(match, language):
            yield source.fault(path, f"{name}: {message}")
    yield from _of_events(file)
    for n, intent in enumerate(file.pack.intents):
        if len(intent.examples) < LEAST_EXAMPLES:
            have = len(intent.examples)
            message = f"{intent.id}: {have} examples, give {LEAST_EXAMPLES} or more"
            yield source.fault(("intents", n, "examples"), message)
    for n, cue in enumerate(file.pack.mood):
        if min(len(cue.tests.yes), len(cue.tests.no)) == 0:
            yield source.fault(("mood", n), f"{cue.id}: give lines under tests, yes and no")


def _of_events(file: PackFile) -> Iterator[Fault]:
    source = file.source
    for n, event in enumerate(file.pack.events):
        if event.match is None and event.of is None and not _told(event):
            message = f"{event.id}: nothing raises it: {_RAISED_BY}"
            yield source.fault(("events", n), message)
        if event.match is not None and min(len(event.tests.yes), len(event.tests.no)) == 0:
            yield source.fault(("events", n), f"{event.id}: give lines under tests, yes and no")
        yield from _slow(file, event.match, ("events", n, "match"), event.id)


def _matches(file: PackFile) -> Iterator[tuple[tuple[str | int, ...], str, MatchSpec]]:
    """Yield every match of a pack, with its path and whose it is."""
    pack = file.pack
    questions = pack.form.questions if pack.form is not None else ()
    rows = (
        *((("items", n, "match"), i.id, i.match) for n, i in enumerate(pack.items)),
        *((("events", n, "match"), e.id, e.match) for n, e in enumerate(pack.events)),
        *((("mood", n, "match"), m.id, m.match) for n, m in enumerate(pack.mood)),
        *((("hints", n, "on", "words"), h.id, h.on.words) for n, h in enumerate(pack.hints)),
        *(
            (("form", "questions", n, "rule", "match"), q.id, q.rule.match if q.rule else None)
            for n, q in enumerate(questions)
        ),
    )
    yield from ((path, name, match) for path, name, match in rows if match is not None)


def _of_form(file: PackFile) -> Iterator[Fault]:
    for n, question in enumerate(file.pack.form.questions if file.pack.form is not None else ()):
        place: tuple[str | int, ...] = ("form", "questions", n)
        for path, message in _of_question(question):
            yield file.source.fault((*place, *path), f"{question.id}: {message}")
        if question.rule is not None:
            yield from _slow(file, question.rule.match, (*place, "rule", "match"), question.id)


def _of_item(item: ItemSpec) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if item.match is not None:
        for key in ("yes", "no"):
            have = len(getattr(item.tests, key))
            if have < LEAST_LINES:
                yield ("tests",), f"{have} lines under tests.{key}, give {LEAST_LINES} or more"
        if not item.example and not item.severity.prohibited:
            yield (), "give an example that the agent can say"
    if not item.label and len(item.title) > 32:
        yield ("title",), "give a label of at most 32 characters for the checklist"
    hint, when = item.hint, item.when
    if hint is None or item.severity.prohibited:
        return
    if when is not None and when.last_s is not None:
        yield (
            ("hint",),
            "last_s items are never due, so the card never comes: hint on an event",
        )
    elif when is None and item.applies_if is None:
        yield ("hint",), "never due, so the card never comes: give when or applies_if"


def _told(event: EventSpec) -> bool:
    return bool(event.told_by) or event.id in SYSTEM_EVENTS


def _of_question(question: QuestionSpec) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if question.rule is not None:
        for key in ("yes", "no"):
            have = len(getattr(question.rule.tests, key))
            if have < LEAST_LINES:
                message = f"{have} lines under tests.{key}, give {LEAST_LINES} or more"
                yield ("rule", "tests"), message
    if question.how is not Mode.AUTO and not question.help:
        yield (), "a person answers it: say under help what is a yes and what is a no"


def _slow(
    file: PackFile, match: MatchSpec | None, path: tuple[str | int, ...], name: str
) -> Iterator[Fault]:
    if match is None:
        return
    for need in compile_match(match, language=LANGUAGES[file.pack.language]).needs:
        for way in need.ways:
            if not way.anchors and not way.stems:
                message = f'{name}: "{way.source}" has no word that must be there, so it is tried'
                yield file.source.fault(path, f"{message} on every utterance: add one if you can")


def _of_set(packs: PackSet) -> Iterator[Fault]:
    used = {i.section for i in packs.items} | {q.section for q in packs.questions}
    for name, section in packs.form.sections.items():
        if section.weight > 0 and name not in used:
            owner = next((f for f in reversed(packs.files) if f.pack.form is not None), None)
            if owner is not None:
                message = f"no item is in the section {name}: its weight goes to the others"
                yield owner.source.fault(("form", "sections", name), message, key=True)


def pack_of(path: str) -> str:
    """Return the pack's name that a name or a path stands for."""
    return Path(path).stem
