"""What Prometheus reads: the server's own measures, and those its parts count themselves."""

from collections.abc import Awaitable, Callable, Iterator

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from streaming.runtime import Runtime


class _Parts(Collector):
    """Reads ear, batcher, bus and writer when asked."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterator[Metric]:
        """Yield the parts' measures."""
        r = self._runtime
        yield GaugeMetricFamily("cueline_stt_load", "Busy share of the workers.", r.batcher.load)
        yield GaugeMetricFamily(
            "cueline_stt_waiting_audio_seconds", "Audio that waits.", r.batcher.waiting_s
        )
        yield CounterMetricFamily(
            "cueline_stt_engine_seconds", "Time in the engine.", r.batcher.engine_s
        )
        yield CounterMetricFamily("cueline_stt_audio_seconds", "Audio read.", r.batcher.audio_s)
        jobs = CounterMetricFamily("cueline_stt_jobs", "Jobs, by fate.", labels=["fate"])
        for fate, count in r.batcher.counts.items():
            jobs.add_metric([fate], count)
        yield jobs
        sizes = CounterMetricFamily("cueline_stt_batches", "Batches, by size.", labels=["size"])
        for size, count in r.batcher.batch_sizes.items():
            sizes.add_metric([str(size)], count)
        yield sizes
        yield CounterMetricFamily("cueline_vad_busy_seconds", "Time in the ear.", r.ear.busy_s)
        yield CounterMetricFamily("cueline_vad_windows", "Windows measured.", r.ear.windows)
        yield CounterMetricFamily("cueline_vad_failed", "Measurings that failed.", r.ear.failed)
        late = 0 if r.classifiers is None else r.classifiers.late
        yield CounterMetricFamily("cueline_classify_late", "Utterances left unread.", late)
        bus = CounterMetricFamily("cueline_bus_events", "Events, by fate.", labels=["fate"])
        for fate in ("published", "coalesced", "dropped", "closed"):
            bus.add_metric([fate], getattr(r.bus.counts, fate))
        yield bus


def metrics_endpoint(runtime: Runtime) -> Callable[[Request], Awaitable[Response]]:
    """Return the handler of `/metrics`."""
    runtime.telemetry.registry.register(_Parts(runtime))

    async def metrics(request: Request) -> Response:
        del request
        text = generate_latest(runtime.telemetry.registry)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return metrics
