"""The packs that ship: they read, their schema is current, and every line of theirs is right."""

import json

import jsonschema
import pytest

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
