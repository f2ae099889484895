import json
from dataclasses import replace

import pytest

pytest.importorskip("torch")
pytestmark = pytest.mark.torch


@pytest.fixture
def bench(tmp_path):
    import torch

    from benchmarks.make_encoder import Bench
    from models.training.encoder import Encoder
    from tests.models.training.test_recipe import CORPUS
    from tests.models.training.tiny import shape, tokenizer

    torch.set_num_threads(1)
    return Bench(tmp_path, Encoder(shape(), len(CORPUS.affect_names)).eval(), tokenizer())


def test_a_stage_is_made_once_and_then_read_from_its_file(bench):
    import torch

    from models.training.recipe import Mix
    from models.training.run import Plan
    from tests.models.training.test_recipe import CORPUS

    plan, mix = Plan(steps=2, warm_up=1), Mix(intents=8, emotions=2)
    made = bench.made("first", None, CORPUS, mix, plan)
    file = bench.folder / "first.safetensors"
    written = file.stat().st_mtime_ns
    again = bench.made("first", None, CORPUS, mix, replace(plan, steps=999))
    assert file.stat().st_mtime_ns == written
    assert torch.equal(made.meaning[0].up.weight, again.meaning[0].up.weight)
    assert not torch.equal(made.meaning[0].up.weight, bench.teacher.meaning[0].up.weight)


def test_only_what_was_made_of_training_lines_is_read(tmp_path):
    from benchmarks.make_encoder import _heard

    row = {"text": "my card", "heard": "my cart"}
    (tmp_path / "hwu64_train.jsonl").write_text(json.dumps(row) + "\n")
    (tmp_path / "hwu64_test.jsonl").write_text(json.dumps({"text": "a", "heard": "b"}) + "\n")
    (tmp_path / "other_train.jsonl").write_text(json.dumps({"text": "c", "heard": "d"}) + "\n")
    assert _heard(("hwu64",), tmp_path) == {"my card": ("my cart",)}
