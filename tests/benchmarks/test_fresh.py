import sys

import pytest

from benchmarks import fresh
from benchmarks.fresh import measure, resident_mb
from models.encode.minilm import CARD, MODEL, SHIPPED, TOKENIZER
from models.errors import WeightsNotFound


def test_memory_that_is_used_is_counted():
    before = resident_mb()
    held = bytearray(b"\1") * (64 << 20)
    assert 50 < resident_mb() - before < 90
    assert len(held) == 64 << 20


def test_a_folder_without_a_model_is_an_error_not_a_figure(tmp_path):
    with pytest.raises(WeightsNotFound, match=CARD):
        measure(tmp_path)


@pytest.mark.skipif(
    not all((SHIPPED / name).is_file() for name in (MODEL, CARD, TOKENIZER)),
    reason="the shipped encoder's model.onnx is not there",
)
def test_the_shipped_encoder_is_light_in_a_fresh_process():
    from benchmarks.encoder import fresh as run

    found = run(SHIPPED)
    assert found.keys() == {"bare_mb", "libraries_mb", "engine_mb", "load_s", "begin_s"}
    assert 20 < found["engine_mb"] < 150
    assert found["load_s"] <= found["begin_s"]


def test_nothing_is_imported_before_the_process_is_measured():
    import subprocess

    code = "import sys, benchmarks.fresh; print(sorted({'numpy', 'models'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert fresh.__doc__
