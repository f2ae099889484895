"""Every source file has its test file, or is named here with the tests that hold it."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
PACKAGES = ("models", "qa_rules", "pipeline", "streaming", "benchmarks")

ELSEWHERE = {
    "models/engines.py": "contract",
    "models/errors.py": "streaming/test_errors.py",
    "models/numbers.py": "models/test_text.py",
    "models/spelling.py": "models/test_text.py",
    "models/token.py": "models/test_text.py",
    "models/types.py": "pipeline/test_events.py",
    "qa_rules/errors.py": "streaming/test_errors.py",
    "qa_rules/faults.py": "qa_rules/test_packs.py",
    "qa_rules/form_schema.py": "qa_rules/test_forms.py",
    "qa_rules/heard.py": "qa_rules/test_live.py",
    "qa_rules/ideas.py": "qa_rules/test_live.py",
    "qa_rules/items.py": "qa_rules/test_live.py",
    "qa_rules/judge.py": "qa_rules/test_live.py",
    "pipeline/score_data.py": "streaming/commands/test_qa.py",
    "qa_rules/lines.py": "qa_rules/test_selftest.py",
    "qa_rules/match_schema.py": "qa_rules/test_packs.py",
    "qa_rules/metrics.py": "qa_rules/test_score.py",
    "qa_rules/program.py": "qa_rules/test_live.py",
    "qa_rules/reasons.py": "qa_rules/test_live.py",
    "qa_rules/references.py": "qa_rules/test_packs.py",
    "qa_rules/schema.py": "qa_rules/test_packs.py",
    "qa_rules/slots.py": "qa_rules/test_phrases.py",
    "qa_rules/source.py": "qa_rules/test_packs.py",
    "qa_rules/state.py": "property/test_rules.py",
    "qa_rules/types.py": "pipeline/test_events.py",
    "qa_rules/ways.py": "qa_rules/test_phrases.py",
    "qa_rules/why_types.py": "qa_rules/test_why.py",
    "qa_rules/why_words.py": "qa_rules/test_why.py",
    "qa_rules/windows.py": "qa_rules/test_live.py",
    "qa_rules/wording.py": "qa_rules/test_live.py",
    "qa_rules/world.py": "qa_rules/test_live.py",
    "pipeline/desk_data.py": "pipeline/test_backtest.py",
    "pipeline/errors.py": "streaming/test_errors.py",
    "pipeline/figure_board.py": "streaming/desks/test_figures.py",
    "pipeline/machinery.py": "pipeline/test_host.py",
    "pipeline/store/migrations/env.py": "pipeline/store/test_migrate.py",
    "pipeline/store/migrations/versions/v0001_calls.py": "pipeline/store/test_migrate.py",
    "pipeline/store/migrations/versions/v0002_search.py": "pipeline/store/test_migrate.py",
    "pipeline/store/migrations/versions/v0003_forms.py": "pipeline/store/test_migrate.py",
    "pipeline/store/migrations/versions/v0004_people.py": "pipeline/store/test_migrate.py",
    "pipeline/store/migrations/versions/v0005_help.py": "pipeline/store/test_migrate.py",
    "pipeline/store/migrations/versions/v0006_review.py": "pipeline/store/test_migrate.py",
    "pipeline/store/migrations/versions/v0007_mining.py": "pipeline/store/test_migrate.py",
    "pipeline/store/migrations/versions/v0008_keeping.py": "pipeline/store/test_migrate.py",
    "pipeline/store/schema_help.py": "pipeline/store/test_schema.py",
    "pipeline/store/schema_keeping.py": "pipeline/store/test_schema.py",
    "pipeline/store/schema_mining.py": "pipeline/store/test_schema.py",
    "pipeline/store/schema_people.py": "pipeline/store/test_schema.py",
    "pipeline/store/schema_review.py": "pipeline/store/test_schema.py",
    "pipeline/mining/query.py": "pipeline/mining/test_parser.py",
    "pipeline/store/call_conditions.py": "pipeline/store/test_turn_search.py",
    "pipeline/store/turn_table.py": "pipeline/store/test_turn_search.py",
    "pipeline/store/tables.py": "pipeline/store/test_schema.py",
    "pipeline/store/migrations/versions/v0009_wall.py": "pipeline/store/test_migrate.py",
    "pipeline/store/schema_wall.py": "pipeline/store/test_schema.py",
    "pipeline/store/migrations/versions/v0010_calibration.py": "pipeline/store/test_migrate.py",
    "pipeline/store/schema_calibration.py": "pipeline/store/test_schema.py",
    "streaming/calibration_views.py": "streaming/desks/test_calibration.py",
    "pipeline/store/calibration.py": "pipeline/test_calibrating.py",
    "pipeline/store/calibration_rows.py": "pipeline/test_calibrating.py",
    "pipeline/store/machine_answers.py": "pipeline/test_machine_agreement.py",
    "pipeline/store/samples.py": "pipeline/test_sampling.py",
    "pipeline/store/migrations/versions/v0011_playlists.py": "pipeline/store/test_migrate.py",
    "pipeline/store/schema_playlists.py": "pipeline/store/test_schema.py",
    "pipeline/store/migrations/versions/v0012_figures.py": "pipeline/store/test_migrate.py",
    "pipeline/store/schema_figures.py": "pipeline/store/test_schema.py",
    "pipeline/store/review_rows.py": "pipeline/store/test_reviews.py",
    "pipeline/store/rows.py": "pipeline/store/test_reading.py",
    "pipeline/after_call.py": "streaming/api/test_handover.py",
    "streaming/api/calls.py": "streaming/test_api.py",
    "streaming/api/media.py": "streaming/test_api.py",
    "streaming/api/routes.py": "streaming/test_api.py",
    "streaming/chart_rows.py": "streaming/test_charts.py",
    "streaming/chart_scale.py": "streaming/test_charts.py",
    "streaming/commands/noting.py": "streaming/commands/test_users.py",
    "streaming/commands/rule_words.py": "streaming/commands/test_rule_desk.py",
    "streaming/commands/simulate.py": "streaming/test_client.py",
    "streaming/demo/make_calls.py": "pipeline/test_real_speech.py",
    "streaming/deps.py": "streaming/test_api.py",
    "streaming/figure_charts.py": "streaming/desks/test_figures.py",
    "streaming/figure_desk.py": "streaming/desks/test_figures.py",
    "streaming/model_desk.py": "streaming/desks/test_models.py",
    "streaming/run_charts.py": "streaming/desks/test_models.py",
    "streaming/headers.py": "streaming/test_app.py",
    "streaming/wall_feed.py": "streaming/test_wall.py",
    "streaming/playlist_view.py": "streaming/desks/test_playlists.py",
    "streaming/compare_view.py": "streaming/desks/test_compare.py",
    "streaming/problems.py": "streaming/test_api.py",
    "streaming/search_form.py": "streaming/desks/test_search.py",
    "streaming/searching.py": "streaming/desks/test_search.py",
    "streaming/telephony/twilio_wire.py": "streaming/test_twilio.py",
    "benchmarks/cli.py": "streaming/test_cli.py",
    "benchmarks/inside.py": "benchmarks/test_load.py",
    "benchmarks/latency.py": "benchmarks/test_lags.py",
    "benchmarks/listener.py": "benchmarks/test_load.py",
    "benchmarks/make_triggers.py": "benchmarks/test_lags.py",
    "benchmarks/server.py": "benchmarks/test_load.py",
    "benchmarks/wall_server.py": "benchmarks/test_wall.py",
}
"""Values, seams and inner parts, held through what uses them; the programs that need a machine."""

SOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for name in PACKAGES
    for path in (ROOT / name).rglob("*.py")
    if path.name != "__init__.py"
)


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_file_has_its_test_file(source):
    if source in ELSEWHERE:
        assert (TESTS / ELSEWHERE[source]).exists()
        return
    package, _, rest = source.partition("/")
    name = f"test_{Path(rest).name}"
    assert list((TESTS / package).rglob(name)), f"write tests/{package}/.../{name}"


def test_nothing_is_excused_that_is_gone_or_has_its_own_test():
    assert set(ELSEWHERE) <= set(SOURCES)
    own = {
        source
        for source in ELSEWHERE
        if list((TESTS / source.partition("/")[0]).rglob(f"test_{Path(source).name}"))
    }
    assert own == set()
