"""The packs that ship: they read, their schema is current, and every line of theirs is right."""

import json
from pathlib import Path

import jsonschema
import pytest

from qa_rules.lint import lint
from qa_rules.packs import SHIPPED, load_packs, schema, shipped
from qa_rules.selftest import selftest
from qa_rules.source import read_source


def test_the_published_schema_is_current():
    written = json.loads((SHIPPED / "pack.schema.json").read_text())
    assert written == json.loads(json.dumps(schema())), "run: cueline rules schema --write"


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_pack_agrees_with_the_schema(name):
    path = SHIPPED / f"{name}.yaml"
    data = read_source(path.read_text(), str(path)).data
    jsonschema.Draft202012Validator(schema()).validate(data)


@pytest.mark.parametrize("name", shipped())
def test_every_line_of_a_shipped_pack_is_right(name):
    report = selftest(load_packs([name]), [name])
    assert not report.failures, "\n".join(map(str, report.failures))
    assert all(s.passes for s in report.scores)


@pytest.mark.parametrize("name", shipped())
def test_every_expression_of_a_shipped_pack_compiles(name):
    load_packs([name]).program.warm_up()


def test_the_pack_in_the_guide_is_right(tmp_path):
    guide = Path(__file__).parents[2] / "docs" / "rule-packs.md"
    text = guide.read_text().split("## A pack\n\n```yaml\n")[1].split("```")[0]
    (tmp_path / "tea_shop.yaml").write_text(text)
    packs = load_packs(["tea_shop"], [tmp_path])
    assert not selftest(packs, ["tea_shop"]).failures
    assert [f for f in lint(packs, ["tea_shop"]) if "TEA-01" in f.message] == []
