from prometheus_client import generate_latest

from pipeline.telemetry import Telemetry


def test_two_servers_count_for_themselves():
    first, second = Telemetry(), Telemetry()
    first.calls_refused.inc()
    first.audio_gaps.labels("missing").inc(2)
    text = generate_latest(first.registry).decode()
    assert "cueline_calls_refused_total 1.0" in text
    assert 'cueline_audio_gaps_total{reason="missing"} 2.0' in text
    assert "cueline_calls_refused_total 0.0" in generate_latest(second.registry).decode()


def test_every_name_is_ours_and_says_its_unit():
    for family in Telemetry().registry.collect():
        assert family.name.startswith("cueline_")
        assert family.documentation.endswith(".")
        if family.type == "histogram":
            assert family.name.endswith("_seconds")
