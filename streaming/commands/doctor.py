"""`cueline doctor`: what works on this machine, and what to do about what does not."""

import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Annotated

import av
import typer

from models.errors import ModelError
from models.registry import load
from pipeline.config import Settings, load_settings
from pipeline.errors import PipelineError
from pipeline.fit import classifier_for, reduced
from pipeline.making import Maker
from pipeline.store.repo import Store
from qa_rules.errors import RuleError
from qa_rules.packs import load_packs, shipped

OUR_PACKAGES = ("models", "qa_rules", "pipeline", "streaming", "benchmarks")
LEAST_FREE_BYTES = 2**30


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    works: bool
    detail: str


def doctor(
    config: Annotated[Path | None, typer.Option(help="A settings file (TOML).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say what works on this machine, and what to do about what does not."""
    settings = load_settings(config)
    checks = [_check(name, look, settings) for name, look in LOOKS]
    if as_json:
        typer.echo(json.dumps([asdict(check) for check in checks]))
    else:
        for check in checks:
            typer.echo(f"{'ok ' if check.works else 'NO '} {check.name:<12} {check.detail}")
    if not all(check.works for check in checks):
        raise typer.Exit(1)


def _check(name: str, look: Callable[[Settings], str], settings: Settings) -> Check:
    try:
        return Check(name, True, look(settings))
    except (ModelError, PipelineError, RuleError, OSError, LookupError) as error:
        return Check(name, False, str(error))


def _python(settings: Settings) -> str:
    del settings
    return f"{sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}"


def _names(settings: Settings) -> str:
    del settings
    owners = packages_distributions()
    strangers = {n: sorted(set(owners.get(n, ())) - {"cueline"}) for n in OUR_PACKAGES}
    taken = {name: who for name, who in strangers.items() if who}
    if taken:
        raise LookupError(
            f"other distributions own our package names: {taken}; "
            "install cueline into an environment of its own"
        )
    return "our package names are ours"


def _stt(settings: Settings) -> str:
    engine = load("stt", settings.stt.engine, settings.stt.options)
    info = engine.info
    engine.close()
    return f"{info.name}: {info.model} on {info.device}, {info.workers} workers"


def _vad(settings: Settings) -> str:
    info = load("vad", settings.vad.engine, settings.vad.options).info
    return f"{info.name}: {info.model}"


def _reading(settings: Settings) -> str:
    """Fit the default queue's packs, as a server does at its start."""
    if fault := reduced(settings):
        raise LookupError(f"utterances are read by words alone: {fault}")
    names = settings.default_queue.packs
    engine = Maker(settings, classifier_for).classifier(names)
    if engine is None:
        return "utterances are not read: the settings say so"
    info = engine.info
    engine.close()
    return f"{info.name}: {info.model}"


def _packs(settings: Settings) -> str:
    names = shipped()
    for queue in (settings.default_queue, *settings.queues.values()):
        load_packs(queue.packs, settings.pack_dirs)
    return f"{len(names)} shipped: {', '.join(names)}"


def _codecs(settings: Settings) -> str:
    del settings
    wanted = ("pcm_s16le", "pcm_mulaw", "flac", "mp3", "opus", "vorbis", "aac")
    missing = [name for name in wanted if name not in av.codecs_available]
    if missing:
        raise LookupError(f"PyAV lacks {', '.join(missing)}; reinstall it: pip install av")
    return ", ".join(wanted)


def _store(settings: Settings) -> str:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    Store.open(settings.database).close()
    return settings.database


def _disk(settings: Settings) -> str:
    free = shutil.disk_usage(settings.data_dir).free
    if free < LEAST_FREE_BYTES:
        raise OSError(f"only {free / 2**20:.0f} MiB free in {settings.data_dir}; make room")
    return f"{free / 2**30:.1f} GiB free in {settings.data_dir}"


LOOKS: tuple[tuple[str, Callable[[Settings], str]], ...] = (
    ("python", _python),
    ("names", _names),
    ("speech", _vad),
    ("words", _stt),
    ("rules", _packs),
    ("reading", _reading),
    ("codecs", _codecs),
    ("store", _store),
    ("disk", _disk),
)
