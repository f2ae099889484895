import subprocess
import sys

import numpy as np
import pytest

from models.errors import EngineNotFound, OptionsInvalid
from models.registry import KINDS, available, describe, load


@pytest.fixture
def stranger(tmp_path, monkeypatch):
    """Install another's distribution: engines that work, that miss a module, that do not import."""
    info = tmp_path / "stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[cueline.vad]\nnoisy = stranger_vad:create\nenergy = stranger_vad:create\n"
        "gone = not_there_at_all.vad:create\nbroken = stranger_broken:create\n"
        "nameless = stranger_vad:no_such\n"
    )
    (tmp_path / "stranger_vad.py").write_text("def create(options):\n    return dict(options)\n")
    (tmp_path / "stranger_broken.py").write_text("import not_there_at_all\n")
    monkeypatch.syspath_prepend(tmp_path)


def test_our_engines_are_registered_as_anyones():
    names = {(found.kind, found.name) for found in available()}
    assert {("vad", "silero"), ("vad", "webrtc"), ("vad", "energy")} <= names
    assert {("stt", "moonshine"), ("stt", "faster-whisper"), ("stt", "tone")} <= names
    assert {("classify", "lexical"), ("classify", "transformers")} <= names
    assert all(found.distribution == "cueline" for found in available())


def test_available_is_in_order_and_by_kind():
    found = available("vad")
    assert [one.name for one in found] == sorted(one.name for one in found)
    assert sum(len(available(kind)) for kind in KINDS) == len(available())


def test_an_engine_is_loaded_with_its_options():
    engine = load("vad", "energy", {"threshold": 0.5})
    quiet = np.full((1, 256), 0.2, np.float32)
    assert engine.measure([engine.open(8_000)], [quiet])[0].tolist() == [0.0]


def test_a_name_that_nobody_registered_gives_the_names_that_are():
    with pytest.raises(EngineNotFound, match=r"no vad engine 'pyannote' \(known: energy, silero"):
        load("vad", "pyannote", {})
    with pytest.raises(EngineNotFound, match="no stt engine"):
        describe("stt", "silero")


def test_an_unknown_option_goes_through_to_the_user():
    with pytest.raises(OptionsInvalid, match="engine energy: loudness: unknown option"):
        load("vad", "energy", {"loudness": 1})


@pytest.mark.usefixtures("stranger")
def test_anothers_engine_is_loaded_by_name():
    assert load("vad", "noisy", {"a": 1}) == {"a": 1}


@pytest.mark.usefixtures("stranger")
def test_nobody_takes_the_name_of_one_of_ours():
    assert describe("vad", "energy").distribution == "cueline"


@pytest.mark.usefixtures("stranger")
def test_a_missing_module_is_known_before_loading():
    found = describe("vad", "gone")
    assert not found.loads
    assert found.missing == ("not_there_at_all",)
    with pytest.raises(EngineNotFound, match="needs not_there_at_all; run: pip install"):
        load("vad", "gone", {})


@pytest.mark.usefixtures("stranger")
@pytest.mark.parametrize("name", ["broken", "nameless"])
def test_an_engine_that_does_not_import_says_so(name):
    with pytest.raises(EngineNotFound, match="does not load"):
        load("vad", name, {})


def test_without_torch_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    found = describe("classify", "transformers")
    assert "torch" in found.missing
    assert found.remedy == "pip install 'cueline[torch]'"


def test_asking_what_is_available_imports_no_engine():
    program = (
        "import sys; from models.registry import available; assert available();"
        "bad = {'torch', 'transformers', 'onnxruntime', 'ctranslate2', 'webrtcvad', 'models.vad'};"
        "assert not bad & set(sys.modules), bad & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
