"""Fetching from a hub of our own on a local socket, by the hub's real client."""

import hashlib
import http.server
import json
import threading
import tomllib

import pytest

from models.errors import FetchFailed, WeightsCorrupt, WeightsNotFound
from models.fetch import KNOWN, MANIFEST, describe, fetch, fetched, repository, verify
from models.weights import model_path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    "config.json": b'{"a": 1}',
    "model.bin": bytes(range(256)) * 400,
    "vocabulary.json": b"[]",
    "tf_model.h5": b"of another framework",
}


class Hub(http.server.BaseHTTPRequestHandler):
    """As much of the hub as a download needs: a model's commit, its tree, and its files."""

    protocol_version = "HTTP/1.1"
    asked: list[str]
    breaks_after: int | None

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        server = self.server
        server.asked.append(self.path)
        path = self.path.partition("?")[0]
        if path.startswith("/api/models/org/gated"):
            return self.answer(403, b"{}", {"X-Error-Code": "GatedRepo"})
        if path in ("/api/models/org/tiny", "/api/models/org/tiny/revision/main"):
            return self.answer(200, json.dumps({"id": "org/tiny", "sha": COMMIT}).encode())
        if path == f"/api/models/org/tiny/tree/{COMMIT}":
            tree = [
                {"type": "file", "path": name, "size": len(data), "oid": etag(data)}
                for name, data in FILES.items()
            ]
            return self.answer(200, json.dumps(tree).encode())
        name = path.removeprefix(f"/org/tiny/resolve/{COMMIT}/")
        if name not in FILES:
            return self.answer(404, b"{}", {"X-Error-Code": "RepoNotFound"})
        if server.broken and name == "model.bin" and self.command == "GET":
            return self.answer(500, b"")
        data = FILES[name]
        return self.answer(
            200,
            data,
            {"ETag": f'"{etag(data)}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"},
        )

    def answer(self, status, body, headers=()):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **dict(headers)}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def etag(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


@pytest.fixture
def hub():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.asked, server.broken = [], False
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    server.address = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CUELINE_CACHE", str(tmp_path))
    return tmp_path / "models"


def test_a_model_is_fetched_with_its_checksums(hub, cache):
    model = fetch("org/tiny", endpoint=hub.address)
    wanted = {name: data for name, data in FILES.items() if name != "tf_model.h5"}
    assert model.path == cache / "org/tiny" == model_path("org/tiny")
    assert (model.origin, model.revision) == ("org/tiny", COMMIT)
    assert model.size_bytes == sum(map(len, wanted.values()))
    for name, data in wanted.items():
        assert (model.path / name).read_bytes() == data
    listed = tomllib.loads((model.path / MANIFEST).read_text())["file"]
    assert {f["name"]: f["sha256"] for f in listed} == {
        name: hashlib.sha256(data).hexdigest() for name, data in wanted.items()
    }
    assert verify("org/tiny") == describe("org/tiny") == model
    assert fetched() == [model]


def test_what_is_there_is_not_fetched_again(hub):
    fetch("org/tiny", endpoint=hub.address)
    asked = len(hub.asked)
    fetch("org/tiny", endpoint=hub.address)
    assert len(hub.asked) == asked


def test_an_interrupted_download_leaves_no_model_and_goes_on_later(hub, cache):
    hub.broken = True
    with pytest.raises(FetchFailed, match="could not fetch org/tiny"):
        fetch("org/tiny", endpoint=hub.address)
    assert not (cache / "org/tiny").exists()
    assert fetched() == []
    with pytest.raises(WeightsNotFound):
        model_path("org/tiny")
    hub.broken = False
    hub.asked.clear()
    fetch("org/tiny", endpoint=hub.address)
    assert verify("org/tiny")
    assert sum("model.bin" in path for path in hub.asked) >= 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("org/absent", "the hub has no model org/absent"),
        ("org/gated", "must be asked for on the hub first"),
    ],
)
def test_the_hubs_refusals_are_one_line(hub, name, said):
    with pytest.raises(FetchFailed, match=said) as caught:
        fetch(name, endpoint=hub.address)
    assert "\n" not in str(caught.value)


def test_without_a_network_one_line_says_so(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(FetchFailed, match="the hub cannot be reached") as caught:
        fetch("faster-whisper-tiny.en", endpoint="http://127.0.0.1:9")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["tiny", "", "../up", "a/../b", "/etc/passwd", "a/b/c"])
def test_a_name_that_is_none_is_refused_before_anything_is_asked(hub, cache, name):
    with pytest.raises(FetchFailed, match="give a hub name"):
        fetch(name, endpoint=hub.address)
    assert hub.asked == []
    assert not cache.exists()


def test_short_names_stand_for_hub_names():
    assert repository("faster-whisper-base.en") == "Systran/faster-whisper-base.en"
    assert repository("org/name") == "org/name"
    assert all(repository(origin) == origin for origin in KNOWN.values())


def test_a_changed_or_missing_file_is_found(hub):
    path = fetch("org/tiny", endpoint=hub.address).path
    whole = (path / "model.bin").read_bytes()
    (path / "model.bin").write_bytes(whole[:-1] + b"?")
    with pytest.raises(WeightsCorrupt, match=r"model.bin differs"):
        verify("org/tiny")
    (path / "model.bin").unlink()
    with pytest.raises(WeightsNotFound, match=r"model.bin is missing"):
        verify("org/tiny")


def test_a_folder_without_checksums_is_told(cache):
    (cache / "mine").mkdir(parents=True)
    assert describe("mine").origin == ""
    with pytest.raises(WeightsCorrupt, match="no list of checksums"):
        verify("mine")
    (cache / "mine" / MANIFEST).write_text("not = [toml")
    with pytest.raises(WeightsCorrupt, match="cannot be read"):
        verify("mine")
    with pytest.raises(WeightsNotFound, match="cueline models fetch absent"):
        verify("absent")
