"""The shape of the house, checked like any other behaviour."""

import ast
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("models", "qa_rules", "pipeline", "streaming", "benchmarks")
FILES = sorted(p for name in PACKAGES for p in (ROOT / name).rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
CATCH_ALL = {
    "pipeline/batcher.py": "an engine's failure becomes the job's answer",
    "pipeline/classify.py": "an engine's failure becomes the job's answer",
    "pipeline/ear.py": "an engine's failure becomes the answer of all who wait",
    "pipeline/host.py": "a call's failure ends that call only",
    "pipeline/folder.py": "one recording's failure does not stop the batch",
    "streaming/ingest.py": "a connection's edge: logged, and the connection closed with a code",
    "streaming/telephony/twilio.py": "a connection's edge: logged, and the connection closed",
}
DRAWERS = {"utils.py", "helpers.py", "common.py", "misc.py"}


def label(path):
    return path.relative_to(ROOT).as_posix()


def tree(path):
    return ast.parse(path.read_text("utf-8"))


def test_no_dependency_takes_our_names():
    owners = packages_distributions()
    assert {n: owners[n] for n in PACKAGES if set(owners.get(n, ())) - {"cueline"}} == {}


@pytest.mark.parametrize("path", FILES, ids=label)
def test_a_file_is_short_and_says_what_it_is(path):
    source = path.read_text("utf-8")
    assert path.name not in DRAWERS
    assert source.count("\n") <= LONGEST_FILE
    assert ast.get_docstring(tree(path)) or not source.strip()


@pytest.mark.parametrize("path", FILES, ids=label)
def test_functions_are_short_and_nothing_is_global(path):
    for node in ast.walk(tree(path)):
        assert not isinstance(node, ast.Global), f"line {node.lineno}: global"
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < LONGEST_FUNCTION, node.name


@pytest.mark.parametrize("path", FILES, ids=label)
def test_only_named_places_catch_everything(path):
    allowed = label(path) in CATCH_ALL
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler):
            broad = node.type is None or (
                isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}
            )
            assert allowed or not broad, f"line {node.lineno} catches everything"


def test_no_machine_and_no_registry_is_named():
    wrong = re.compile(r"(?<![\w.])/(?:work|root|farm|home/\w+)/|pypi\.org|pythonhosted|npmjs")
    texts = [
        p
        for s in ("*.py", "*.md", "*.toml", "*.yaml", "*.js", "*.html", "*.css")
        for p in ROOT.rglob(s)
    ]
    ours = [p for p in texts if not {".venv", "vendor", "node_modules", ".git"} & set(p.parts)]
    assert ours
    found = {
        label(p): m.group()
        for p in ours
        if p != Path(__file__) and (m := wrong.search(p.read_text("utf-8", "replace")))
    }
    assert found == {}


def test_every_setting_is_documented():
    from pydantic import BaseModel

    from pipeline.config import Settings

    def names(model, prefix=""):
        for name, field in model.model_fields.items():
            kind = field.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from names(kind, f"{prefix}{name}.")
            else:
                yield prefix + name

    documented = set(
        re.findall(r"^\| `([\w.]+)` \|", (ROOT / "docs/settings.md").read_text("utf-8"), re.M)
    )
    assert documented == set(names(Settings))
