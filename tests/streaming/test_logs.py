import json
import sys

import pytest
import structlog

from streaming.logs import set_up_logging


@pytest.fixture
def logged(capsys):
    def run(level, log):
        set_up_logging(level)
        log(structlog.get_logger("test"))
        return capsys.readouterr().err

    yield run
    structlog.reset_defaults()


def test_in_service_a_line_is_an_object(logged):
    line = json.loads(logged("info", lambda log: log.info("call_started", call_id="c1")))
    assert (line["event"], line["call_id"], line["level"]) == ("call_started", "c1", "info")
    assert line["timestamp"].endswith("Z")


def test_what_is_below_the_level_is_not_written(logged):
    assert logged("warning", lambda log: log.info("call_started")) == ""


def fail(log):
    heard = "my card number is 4111"
    try:
        len(heard) / 0
    except ZeroDivisionError:
        log.exception("call_failed")


@pytest.mark.parametrize("terminal", [False, True])
def test_a_traceback_shows_no_local_variables(logged, monkeypatch, terminal):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    text = logged("info", fail)
    assert "ZeroDivisionError" in text
    assert "in fail" in text
    assert "4111" not in text
