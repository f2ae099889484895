"""`cueline qa`: forms, scorecards of stored calls, people's answers, and scoring again."""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.config import Settings, load_settings
from pipeline.errors import PipelineError
from pipeline.rescoring import Rescored, answer, form_states, lock_text, rescore, save
from pipeline.result import scorecard_data
from pipeline.score_data import diff_data, form_data, people_data, scored_data, state_data
from pipeline.store.repo import Store
from pipeline.store.rows import CallFilter
from pipeline.typed import clean_text
from qa_rules.card_diff import answer_text, proof, words
from qa_rules.forms import version_text
from qa_rules.packs import PackSet, load_packs
from qa_rules.types import Answer, PersonAnswer, Scorecard
from streaming.errors import UsageFault

app = typer.Typer(help="Forms and scorecards.", no_args_is_help=True)

Packs = Annotated[list[str] | None, typer.Argument(help="Names or .yaml files of packs.")]
PackOption = Annotated[
    list[str] | None, typer.Option("--pack", help="Packs to score by; those that scored it before.")
]
Directories = Annotated[
    list[Path] | None, typer.Option("--in", help="Folders to look for packs in, before ours.")
]
Config = Annotated[Path | None, typer.Option(help="A settings file (TOML).")]
Url = Annotated[str, typer.Option(help="A database by URL or path, in place of the configured.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
By = Annotated[str, typer.Option(help="Who does this; it is kept with the score.")]


@app.command()
def form(
    packs: Packs = None,
    folders: Directories = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show what packs ask together: sections, questions, who answers, and the version."""
    settings = load_settings(config)
    loaded = _load(packs or list(settings.default_queue.packs), folders, settings)
    data = form_data(loaded)
    if as_json:
        typer.echo(json.dumps(data))
        return
    typer.echo(f"{data['form']} ({data['version']}), pass mark {data['pass_mark']:g}")
    for section in data["sections"]:
        typer.echo(f"{section['title']}, {section['weight']:g} %")
        for asked in data["questions"]:
            if asked["section"] == section["id"]:
                typer.echo(_asked_line(asked))


def _asked_line(asked: dict[str, Any]) -> str:
    how = asked["mode"] if asked["by"] == "person" else f"{asked['mode']} by {asked['by']}"
    kind = "" if asked["severity"] == "REQ" else f", {asked['severity']}"
    return f"  {asked['id']:<10} {asked['title']} ({asked['weight']:g}, {how}{kind})"


@app.command()
def forms(
    packs: Packs = None,
    folders: Directories = None,
    config: Config = None,
    url: Url = "",
    as_json: AsJson = False,
) -> None:
    """Say which versions of forms have scored calls; fail where one was changed since."""
    settings = load_settings(config)
    every = (settings.default_queue, *settings.queues.values())
    names = packs or list(dict.fromkeys(p for q in every for p in q.packs))
    loaded = _load(names, folders, settings)
    with Store.open(_where(settings, url)) as store:
        uses = store.form_uses()
    states = form_states(uses, loaded)
    if as_json:
        typer.echo(json.dumps([state_data(s) for s in states]))
    else:
        for state in states:
            note = "changed since, ships with the product" if state.ours else "changed since"
            told = {"new": "has scored no call", "used": f"{state.calls} calls"}
            typer.echo(
                f"{state.pack} {state.version} ({state.hash}): {told.get(state.state, note)}"
            )
    locked = [lock_text(s) for s in states if s.locked]
    for line in locked:
        typer.echo(line, err=True)
    if locked:
        raise typer.Exit(1)


@app.command()
def card(call: str, config: Config = None, url: Url = "", as_json: AsJson = False) -> None:
    """Show a stored call's scorecard: each answer, what it rests on, and who gave it."""
    with Store.open(_where(load_settings(config), url)) as store:
        found = store.call(call).scorecard
    if found is None:
        typer.echo(f"call {call} has no score: cueline qa rescore {call} --save", err=True)
        raise typer.Exit(1)
    if as_json:
        typer.echo(json.dumps(scorecard_data(found)))
        return
    for line in card_lines(found):
        typer.echo(line)


def card_lines(found: Scorecard) -> list[str]:
    """Return a scorecard as lines for people."""
    lines = [f"{found.form} ({version_text(found.parts) or found.version})", _verdict(found)]
    for section in found.sections:
        shown = "nothing counts" if section.score is None else f"{section.score:g}"
        lines.append(f"{section.title}, {section.weight:g} %: {shown}")
        for line in section.answers:
            lines += _answer_lines(line)
    return lines


def _verdict(found: Scorecard) -> str:
    if found.status != "scored":
        return f"not scored: {found.reason}"
    said = [f"{found.score:g} of 100"]
    said += [] if found.compliance is None else [f"compliance {found.compliance:g}"]
    said += [f"AUTO-FAIL {', '.join(found.auto_fail_items)}"] if found.auto_fail else []
    said += [f"{found.needs_review} need review"] if found.needs_review else []
    said += [f"{found.unanswered} wait for a person"] if found.unanswered else []
    return ", ".join(said)


def _answer_lines(line: Answer) -> list[str]:
    worth = f" ({line.points:g} of {line.possible:g})" if line.possible else ""
    lines = [f"  {line.question_id:<10} {line.title}: {answer_text(line.answer)}{worth}"]
    if line.machine and line.machine != line.answer:
        lines.append(f"      the machine: {answer_text(line.machine)}")
    if line.person is not None:
        by = f" by {line.person.by}" if line.person.by else ""
        note = f": {line.person.note}" if line.person.note else ""
        lines.append(f"      answered{by}{note}")
    return lines + [f"      {text}" for text in proof(line.note, line.evidence)]


@app.command()
def scores(call: str, config: Config = None, url: Url = "", as_json: AsJson = False) -> None:
    """List every score of a call: when, by whom, by which form, and why."""
    with Store.open(_where(load_settings(config), url)) as store:
        store.call(call)
        kept = [scored_data(s) for s in store.scores(call)]
        people = people_data(store.people(call))
    if as_json:
        typer.echo(json.dumps({"call": call, "scores": kept, "answers": people}))
        return
    for one in kept:
        when = one["at"] or "at the call's end"
        by = f" by {one['by']}" if one["by"] else ""
        versions = ", ".join(f"{p} {v}" for p, v in one["versions"].items()) or one["rules"]
        shown = "not scored" if one["score"] is None else f"{one['score']:g}"
        typer.echo(f"{one['seq']:>5}  {when}{by} ({one['why']}): {shown}, {versions}")


@app.command("answer")
def answer_command(
    call: str,
    answers: Annotated[list[str], typer.Argument(help="QUESTION=ANSWER; nothing takes it back.")],
    note: Annotated[str, typer.Option(help="Why; needed against the machine's answer.")] = "",
    by: By = "",
    second: Annotated[float | None, typer.Option(help="Second of the call that shows it.")] = None,
    config: Config = None,
    url: Url = "",
) -> None:
    """Answer questions of a call as a person; the machine's answers stay beside."""
    given = []
    for text in answers:
        question, mark, said = text.partition("=")
        if not mark:
            raise UsageFault(f"write QUESTION=ANSWER, not {text}")
        given.append(PersonAnswer(question, said, note=clean_text(note), second=second))
    with Store.open(_where(load_settings(config), url)) as store:
        found = answer(store, call, given, clean_text(by))
    typer.echo(_verdict(found))


@app.command("rescore")
def rescore_command(
    calls: Annotated[list[str] | None, typer.Argument(help="Calls that have ended.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All ended calls.")] = False,
    queue: Annotated[str, typer.Option(help="All ended calls of this queue.")] = "",
    pack: PackOption = None,
    folders: Directories = None,
    keep: Annotated[bool, typer.Option("--save", help="Keep the new scores.")] = False,
    by: By = "",
    config: Config = None,
    url: Url = "",
    as_json: AsJson = False,
) -> None:
    """Score stored calls by the rules as they are today, and say what changes.

    Nothing is kept without --save. With --json, one object a call and line.
    """
    settings = load_settings(config)
    failed = 0
    count: Counter[str] = Counter()
    with Store.open(_where(settings, url)) as store:
        wanted = calls or _ended(store, queue, every=every)
        loaded: dict[tuple[str, ...], PackSet] = {}
        for call_id in wanted:
            try:
                names = tuple(pack or _names(store, call_id))
                if names not in loaded:
                    loaded[names] = _load(list(names), folders, settings)
                done = rescore(store, call_id, loaded[names])
                if keep:
                    save(store, done, loaded[names], clean_text(by))
            except PipelineError as fault:
                if len(wanted) == 1:
                    raise
                failed += 1
                typer.echo(f"{call_id}: {fault}", err=True)
                continue
            count["same" if done.diff is not None and done.diff.same else "changed"] += 1
            _tell(done, as_json=as_json)
    if not as_json and len(wanted) > 1:
        kept = "kept" if keep else "not kept: add --save"
        typer.echo(f"{count['changed']} of {len(wanted)} calls change ({kept})")
    if failed:
        raise typer.Exit(1)


def _tell(done: Rescored, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(diff_data(done), ensure_ascii=False))
        return
    typer.echo(f"call {done.call_id}")
    lines = words(done.diff) if done.diff is not None else [_verdict(done.after)]
    for line in (*lines, *(f"note: {n}" for n in done.notes)):
        typer.echo(f"  {line}")


def _ended(store: Store, queue: str, *, every: bool) -> list[str]:
    if not every and not queue:
        raise UsageFault("name calls, or give --all or --queue")
    found: list[str] = []
    before = None
    while rows := store.calls(CallFilter(state="ended", queue=queue), before=before):
        found += [row.call_id for row in rows]
        before = rows[-1].cursor
    return found


def _names(store: Store, call_id: str) -> list[str]:
    """Return the packs that scored a call, or those that it began with."""
    detail = store.call(call_id)
    return detail.scorecard.form.split("+") if detail.scorecard else list(detail.packs)


def _load(names: list[str], folders: list[Path] | None, settings: Settings) -> PackSet:
    return load_packs(names, [*(folders or ()), *(Path(p) for p in settings.pack_dirs)])


def _where(settings: Settings, url: str) -> str:
    if not url and not settings.database_url:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    return url or settings.database
