"""The pictures of the desks: how they are made, and that the documents show what there is."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.screenshots import FOLDER, LARGEST_BYTES, DemoServer
from streaming.errors import UsageFault

ROOT = Path(__file__).parents[2]
ALL_BYTES = 2_500_000
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs" / "desks").glob("*.md"))]


def test_what_a_demo_says_is_waited_for():
    words = "print('Cueline is running: http://127.0.0.1:9/?token=x'); print('password abc')"
    with subprocess.Popen([sys.executable, "-c", words], stdout=subprocess.PIPE, text=True) as run:
        server = DemoServer(run)
        server.listen()
        assert server.said(r"running: (http\S+)/\?", 1) == "http://127.0.0.1:9"
        assert server.said(r"password (\S+)", 1) == "abc"
        with pytest.raises(UsageFault, match="never said"):
            server.said(r"(calls are over)", 0.05)


def test_every_picture_is_shown_and_every_shown_picture_is_there():
    shown = set()
    for document in DOCUMENTS:
        for name in re.findall(r"(?:\(|src=\"|srcset=\")([\w./-]+\.webp)", document.read_text()):
            path = (document.parent / name).resolve()
            assert path.is_file(), f"{document.name} shows {name}, which is not there"
            shown.add(path)
    there = set((ROOT / FOLDER).glob("*.webp"))
    assert there == shown
    assert max(path.stat().st_size for path in there) <= LARGEST_BYTES
    assert sum(path.stat().st_size for path in there) <= ALL_BYTES
