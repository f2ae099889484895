import hashlib
import subprocess
import sys
from dataclasses import replace

import pytest

from models.errors import WeightsCorrupt, WeightsNotFound
from models.weights import (
    CACHE_VARIABLE,
    MOONSHINE_TINY_EN,
    cache_directory,
    model_path,
    moonshine_files,
    package_folder,
    sha256,
)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_cache_is_where_the_environment_says(cache, monkeypatch):
    assert cache_directory() == cache
    monkeypatch.setenv(CACHE_VARIABLE, "~/somewhere")
    assert "~" not in str(cache_directory())
    monkeypatch.setenv(CACHE_VARIABLE, "  ")
    assert cache_directory().name == "cueline"


def test_a_checksum_is_of_the_whole_file(tmp_path):
    data = bytes(range(256)) * 9000
    path = tmp_path / "big"
    path.write_bytes(data)
    assert sha256(path) == hashlib.sha256(data).hexdigest()


def test_a_model_is_a_folder_or_lies_in_the_cache(cache, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    assert model_path(str(own)) == own
    fetched = cache / "models" / "someone" / "whisper-tiny"
    fetched.mkdir(parents=True)
    assert model_path("someone/whisper-tiny") == fetched
    other = cache / "encoders" / "small"
    other.mkdir(parents=True)
    assert model_path("small", "encoders") == other


@pytest.mark.parametrize("name", ["base.en", "someone/else", "", "../outside", "/not/there"])
def test_a_model_that_is_missing_names_the_command(cache, tmp_path, name):
    (tmp_path / "outside").mkdir()
    (cache / "models").mkdir(parents=True)
    with pytest.raises(WeightsNotFound, match=f"cueline models fetch {name}"):
        model_path(name)


def test_a_package_is_found_without_being_imported():
    code = (
        "import sys; from models.weights import moonshine_files; moonshine_files();"
        "sys.exit('moonshine_voice' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
    assert package_folder("no_such_package_here") is None
    assert package_folder("sys") is None


def test_the_installed_weights_are_those_we_know():
    files = moonshine_files()
    assert [path.name for path in files] == list(MOONSHINE_TINY_EN)
    assert len(files.verify()) == 64
    assert files.verify() == files.verify()
    assert len(files.speech) == 2


def test_a_changed_file_is_corrupt_and_the_message_says_what_to_do(tmp_path):
    changed = tmp_path / "tokenizer.bin"
    changed.write_bytes(b"something else")
    with pytest.raises(WeightsCorrupt, match="pip install --force-reinstall"):
        replace(moonshine_files(), tokens=changed).verify()


def test_missing_weights_name_the_command(tmp_path, monkeypatch):
    package = tmp_path / "moonshine_voice"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(WeightsNotFound, match=r"lacks encoder_model\.ort.*pip install"):
        moonshine_files()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "empty")])
    with pytest.raises(WeightsNotFound, match="pip install moonshine-voice=="):
        moonshine_files()
