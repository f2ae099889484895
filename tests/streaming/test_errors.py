import importlib
import inspect
import re

import pytest

BASES = {
    "models.errors": "ModelError",
    "qa_rules.errors": "RuleError",
    "pipeline.errors": "PipelineError",
    "streaming.errors": "StreamingError",
}


@pytest.mark.parametrize("name", BASES)
def test_a_packages_errors_are_one_tree_with_codes_of_their_own(name):
    module = importlib.import_module(name)
    base = getattr(module, BASES[name])
    errors = [
        kind
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Exception) and kind.__module__ == name
    ]
    assert len(errors) > 2
    assert all(issubclass(kind, base) for kind in errors)
    codes = [kind.code for kind in errors]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z][a-z_]*", code) for code in codes)
    drawn = set(re.findall(r"[├└]── (\w+)", module.__doc__))
    assert drawn == {kind.__name__ for kind in errors if kind is not base}
