import re

from prometheus_client.parser import text_string_to_metric_families

ALWAYS = {
    "cueline_live_calls", "cueline_calls_refused", "cueline_calls_failed", "cueline_audio_gaps",
    "cueline_loop_lag_seconds", "cueline_stt_load", "cueline_stt_waiting_audio_seconds",
    "cueline_stt_engine_seconds", "cueline_stt_audio_seconds", "cueline_stt_jobs",
    "cueline_stt_batches", "cueline_vad_busy_seconds", "cueline_vad_windows", "cueline_vad_failed",
    "cueline_classify_late", "cueline_bus_events",
}  # fmt: skip


async def test_what_a_call_costs_is_counted_and_names_nobody(serving, script):
    samples = script().agent("good morning dana speaking").customer("hello there").samples()
    async with serving() as server:
        await server.play(samples, "call-4711", speed=8.0)
        text = await server.metrics()
    families = {f.name: f for f in text_string_to_metric_families(text)}
    assert set(families) >= ALWAYS
    value = {f.name: f.samples[0].value for f in families.values() if len(f.samples) == 1}
    assert value["cueline_live_calls"] == 0
    assert value["cueline_stt_audio_seconds"] > 1.5
    assert value["cueline_vad_windows"] == 2 * (samples.shape[1] // 256)
    fates = {s.labels["fate"]: s.value for s in families["cueline_stt_jobs"].samples}
    assert fates["final_asked"] >= 2
    assert not re.search("4711|dana|hello|good morning", text)


async def test_strangers_read_no_metrics(serving):
    import httpx

    async with serving() as server, httpx.AsyncClient() as client:
        assert (await client.get(f"{server.address.http}/metrics")).status_code == 401
