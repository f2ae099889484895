"""Counters and gauges in Prometheus' terms; labels come from small fixed sets only.

One `Telemetry` belongs to one server. What engines, ear and batcher count themselves is read from
them when somebody asks (`streaming/metrics.py`).
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Telemetry:
    """The measures of one server, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.live_calls = Gauge("cueline_live_calls", "Calls on the line.", registry=self.registry)
        self.calls_refused = Counter(
            "cueline_calls_refused", "Calls refused at the cap.", registry=self.registry
        )
        self.calls_failed = Counter(
            "cueline_calls_failed", "Calls ended by a fault of ours.", registry=self.registry
        )
        self.audio_gaps = Counter(
            "cueline_audio_gaps",
            "Gaps filled and pieces dropped.",
            ["reason"],
            registry=self.registry,
        )
        self.loop_lag = Histogram(
            "cueline_loop_lag_seconds",
            "How late the event loop runs what is due.",
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
            registry=self.registry,
        )
