"""Servers as processes, and engines that come as plug-ins and misbehave."""

import contextlib
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from qa_rules.packs import load_packs

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
from harness import Harness

ROOT = Path(__file__).parents[2]
START_S = 60.0
"""A machine that does much else takes its time to import everything."""

ENGINES = '''
"""Engines that misbehave in one way each, by an option or by what they hear."""

import threading
import time

from models.registry import load

NEVER = threading.Event()


class Stt:
    """The tone engine; it fails over "fault", and takes `seconds` for a clip."""

    def __init__(self, seconds=0.0):
        self._tone, self._seconds = load("stt", "tone", {}), seconds
        self.info = self._tone.info
        self.batch_key, self.warm_up = self._tone.batch_key, self._tone.warm_up
        self.close = self._tone.close

    def transcribe(self, batch):
        answers = self._tone.transcribe(batch)
        time.sleep(self._seconds * len(batch))
        if any("fault" in answer.text for answer in answers):
            raise RuntimeError("the engine cannot bear this word")
        return answers


class Classifier:
    """The lexical engine as one that takes time: without end where somebody says "riddle"."""

    instant = False

    def __init__(self, seconds):
        intents = {"cancel": {"examples": ["cancel my order"]}}
        self._engine = load("classify", "lexical", {"intents": intents})
        self.info, self.close = self._engine.info, self._engine.close
        self._seconds = seconds

    def classify(self, batch):
        if any("riddle" in request.text for request in batch):
            NEVER.wait(self._seconds)
        return self._engine.classify(batch)


class Unready(Stt):
    """Fails when it is warmed up."""

    def __init__(self):
        super().__init__()
        self.warm_up = self._fail

    def _fail(self):
        from models.errors import WeightsCorrupt

        raise WeightsCorrupt("weights are damaged; run: cueline models check")


def stt(options):
    return Stt(**options)


def unready(options):
    return Unready()


def classifier(options):
    return Classifier(options["seconds"])
'''

POINTS = """[cueline.stt]
faulty = faulty_engines:stt
unready = faulty_engines:unready

[cueline.classify]
riddle = faulty_engines:classifier
"""


@pytest.fixture
def plugins(tmp_path, monkeypatch):
    """Install a distribution with engines that misbehave; return its folder."""
    folder = tmp_path / "plugins"
    made = folder / "faulty_engines-1.0.dist-info"
    made.mkdir(parents=True)
    (folder / "faulty_engines.py").write_text(ENGINES)
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: faulty-engines\nVersion: 1.0\n")
    (made / "entry_points.txt").write_text(POINTS)
    monkeypatch.syspath_prepend(folder)
    yield folder
    sys.modules.pop("faulty_engines", None)


def environment(folder, **variables):
    """The environment of a process with the tone engine and its data in a folder."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CUELINE_")}
    return {
        **kept,
        "CUELINE_STT__ENGINE": "tone",
        "CUELINE_VAD__ENGINE": "energy",
        "CUELINE_DATA_DIR": str(folder / "data"),
        **variables,
    }


class Process:
    """`cueline` as a process of its own."""

    def __init__(self, folder, arguments, **variables):
        self.log = (folder / "log.txt").open("a+")
        self._child = subprocess.Popen(
            [sys.executable, "-m", "streaming.cli", *arguments],
            cwd=ROOT,
            env=environment(folder, **variables),
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        self.pid = self._child.pid
        self.lines = []

    def until(self, pattern):
        """Read lines until one matches; return the match."""
        for line in self._child.stdout:
            self.lines.append(line.rstrip("\n"))
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"never said {pattern}: {self.lines} {self.logged()}")

    def logged(self):
        self.log.seek(0)
        return self.log.read()

    def kill(self, signal):
        self._child.send_signal(signal)

    def wait(self, timeout_s=START_S):
        """Return the exit code."""
        rest, _ = self._child.communicate(timeout=timeout_s)
        self.lines += rest.splitlines()
        return self._child.returncode

    def close(self):
        self._child.kill()
        with contextlib.suppress(ValueError):
            self._child.communicate()
        self.log.close()


@pytest.fixture
def cueline(tmp_path):
    """Run `cueline ...` as a process: `process = cueline("serve", "--port", "0")`."""
    running = []

    def run(*arguments, **variables):
        running.append(Process(tmp_path, arguments, **variables))
        return running[-1]

    yield run
    for process in running:
        process.close()


@pytest.fixture(scope="module")
def scored_calls(tmp_path_factory):
    """Return what serves two calls, c1 and c2, in which these lines were said and scored."""
    play = runpy.run_path(str(Path(__file__).parents[1] / "pipeline" / "scored.py"))["scored_call"]

    @contextlib.contextmanager
    def serve(lines):
        with Harness(tmp_path_factory.mktemp("scored")) as harness:
            packs = load_packs(["core_call"])
            for name in ("c1", "c2"):
                harness.store.append(name, play(packs, *lines, call_id=name))
            yield harness

    return serve


@pytest.fixture
def api(server):
    """A client of the server's API."""
    with httpx.Client(base_url=f"{server.url}/api/v1", timeout=30) as client:
        yield client
