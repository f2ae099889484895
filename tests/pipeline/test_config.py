import pytest

from pipeline.config import load_settings
from pipeline.errors import SettingsInvalid


def test_defaults_need_nothing():
    settings = load_settings()
    assert settings.host == "127.0.0.1"
    assert settings.stt.engine == "moonshine"
    assert settings.queue("unknown") == settings.default_queue


def test_environment_beats_file_and_command_line_beats_both(tmp_path, monkeypatch):
    file = tmp_path / "cueline.toml"
    file.write_text('port = 1001\nhost = "::1"\n[stt]\nengine = "tone"\n', "utf-8")
    monkeypatch.setenv("CUELINE_PORT", "1002")
    assert load_settings(file).port == 1002
    settings = load_settings(file, {"port": 1003})
    assert (settings.port, settings.host, settings.stt.engine) == (1003, "::1", "tone")


def test_a_queue_has_its_own_rules(tmp_path):
    file = tmp_path / "cueline.toml"
    file.write_text('[queues.sales]\npacks = ["outbound_sales"]\njurisdiction = "US"\n', "utf-8")
    assert load_settings(file).queue("sales").jurisdiction == "US"


def test_days_of_a_queue_go_before_those_of_the_house(tmp_path):
    file = tmp_path / "cueline.toml"
    file.write_text(
        "[retain]\nkeep_days = 90\n[queues.sales]\nkeep_days = 7\n[queues.legal]\nkeep_days = 0\n"
        "[queues.billing]\ncompany = 'Northwind Energy'\n",
        "utf-8",
    )
    days = load_settings(file).keep_days
    assert [days(q) for q in ("sales", "legal", "billing", "other")] == [7, 0, 90, 90]
    assert load_settings().keep_days("any") == 0


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("prt = 1\n", "prt"),
        ('port = "many"\n', "port"),
        ("[stt]\nengin = 'x'\n", "stt.engin"),
        ("port = = 1\n", "cueline.toml"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, text, fault):
    file = tmp_path / "cueline.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsInvalid, match=fault):
        load_settings(file)


def test_an_unknown_variable_is_an_error(monkeypatch):
    monkeypatch.setenv("CUELINE_PROT", "1")
    with pytest.raises(SettingsInvalid, match="CUELINE_PROT"):
        load_settings()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SettingsInvalid, match=r"nowhere\.toml"):
        load_settings(tmp_path / "nowhere.toml")


def test_secrets_do_not_show(monkeypatch):
    monkeypatch.setenv("CUELINE_TOKEN", "very secret")
    settings = load_settings()
    assert "very secret" not in repr(settings)
    assert settings.token.get_secret_value() == "very secret"
