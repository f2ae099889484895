"""Runs the reducer's tests, which are written in the reducer's language."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="node is not installed")
@pytest.mark.parametrize("name", sorted(p.name for p in HERE.glob("*.test.js")))
def test_the_pages_state_in_node(name):
    done = subprocess.run([NODE, "--test", HERE / name], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
