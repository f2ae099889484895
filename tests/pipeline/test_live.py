"""That the host is what an ingest expects, and a start is a value."""

import inspect

import pytest

from models.types import Channel
from pipeline.host import Host, HostedCall
from pipeline.live import CallHost, CallStart, LiveCall


@pytest.mark.parametrize(("seam", "ours"), [(LiveCall, HostedCall), (CallHost, Host)])
def test_the_host_keeps_to_the_seam(seam, ours):
    for name, method in inspect.getmembers(seam, inspect.isfunction):
        if name.startswith("_"):
            continue
        wanted = list(inspect.signature(method).parameters)
        assert list(inspect.signature(getattr(ours, name)).parameters)[: len(wanted)] == wanted


def test_a_start_is_a_value():
    first = CallStart("c", (Channel.MIXED,), 8000)
    assert first == CallStart("c", (Channel.MIXED,), 8000)
    assert (first.direction, first.language, first.facts) == ("inbound", "en", {})
