"""Settings: defaults < TOML file < environment (CUELINE_...) < command line.

Every setting is listed in docs/settings.md; a test compares the two. An unknown key is an error.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pipeline.errors import SettingsInvalid

PREFIX = "CUELINE_"
ELSEWHERE = frozenset({"CUELINE_DATA", "CUELINE_CACHE", "CUELINE_CHROMIUM"})
"""Variables that are not settings of the server: test data, the model cache, the tests' browser."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EngineChoice(_Part):
    """An engine by name, with options that the engine itself checks."""

    engine: str = Field(description="Name of the engine, as `cueline models list` shows it.")
    options: dict[str, Any] = Field(default_factory=dict, description="The engine's own options.")


class SttSettings(EngineChoice):
    """What turns speech into text."""

    engine: str = Field(default="moonshine", description="Speech-to-text engine.")
    greedy_above: float = Field(
        default=0.6,
        ge=0,
        le=1,
        description="Load of the engine above which live finals are read greedily: sooner, and with"
        " more words wrong; 1 for never.",
    )
    words: bool = Field(
        default=False, description="Ask the engine for word times where it has them."
    )


class VadSettings(EngineChoice):
    """What finds speech."""

    engine: str = Field(default="silero", description="Voice activity engine.")
    tick_ms: int = Field(
        default=32, ge=10, le=200, description="How often all channels are measured."
    )


class ClassifySettings(EngineChoice):
    """What reads utterances for intents and mood."""

    engine: str = Field(default="meaning", description="Classifier engine.")


class PartialSettings(_Part):
    """When captions of an unfinished utterance are made; loads are 0 to 1 of the engine's time."""

    quick_s: float | None = Field(
        default=0.35, description="Interval on an idle machine; null for none."
    )
    quick_below: float = Field(default=0.25, description="Load below which quick_s holds.")
    brisk_s: float | None = Field(default=0.7, description="Interval on a lightly loaded machine.")
    brisk_below: float = Field(default=0.4, description="Load below which brisk_s holds.")
    below: float = Field(
        default=0.65, description="Load above which no partials are made; 0 for never."
    )


class RetainSettings(_Part):
    """What is kept of a call."""

    record: bool = Field(default=True, description="Keep a stereo recording of each call.")
    keep_days: int = Field(
        default=0,
        ge=0,
        description="Days after which a call is removed with all that is kept of it; 0 for never.",
    )


class QueueSettings(_Part):
    """Which rules a queue's calls are held to."""

    packs: tuple[str, ...] = Field(default=("core_call",), description="Rule packs, in order.")
    jurisdiction: str = Field(
        default="", description="Turns on legal packs: US, UK ... Empty for none."
    )
    company: str = Field(default="", description="The name agents greet with.")
    hot_words: tuple[str, ...] = Field(
        default=(), description="Names of products and the like, to be heard better."
    )
    facts: dict[str, str | int | float | bool] = Field(
        default_factory=dict, description="Facts that hold for every call of the queue."
    )
    keep_days: int | None = Field(
        default=None,
        ge=0,
        description="Days after which a call is removed; 0 for never, empty for retain.keep_days.",
    )


class TwilioSettings(_Part):
    """Twilio Media Streams."""

    auth_tokens: tuple[SecretStr, ...] = Field(default=(), description="Accepted signing tokens.")
    public_url: str = Field(default="", description="The exact wss:// address in the TwiML.")
    accounts: tuple[str, ...] = Field(
        default=(), description="Accepted account ids; empty for any."
    )
    track_map: dict[str, str] = Field(
        default_factory=lambda: {"inbound": "customer", "outbound": "agent"},
        description="Which side each track is.",
    )


class ConnectorSettings(_Part):
    """Where after-call work is sent: a webhook that takes JSON, or a CSV file."""

    kind: Literal["webhook", "csv"] = Field(description="webhook or csv.")
    url: str = Field(default="", pattern="^(https?://.+)?$", description="The webhook's address.")
    secret: SecretStr | None = Field(
        default=None, description="Signs each message (HMAC-SHA256); shared with the receiver."
    )
    token: SecretStr | None = Field(default=None, description="Sent as a bearer token.")
    timeout_s: float = Field(default=10.0, gt=0, le=60, description="Longest wait for an answer.")
    path: Path | None = Field(default=None, description="The CSV file; relative to data_dir.")
    fields: dict[str, str] = Field(
        default_factory=dict,
        description='What is sent: their name = ours, or "=text" for the same text always.',
    )
    queues: tuple[str, ...] = Field(default=(), description="Only calls of these; empty for all.")
    tries: int = Field(default=12, ge=1, le=50, description="Tries before it counts as failed.")

    @model_validator(mode="after")
    def _has_target(self) -> Self:
        if self.kind == "webhook" and not self.url:
            raise ValueError("a webhook needs a url")
        if self.kind == "csv" and self.path is None:
            raise ValueError("a csv connector needs a path")
        return self


class OidcSettings(_Part):
    """Signing in by an identity provider (OpenID Connect)."""

    issuer: str = Field(
        default="", description="The provider's issuer, as https://id.example.com; empty for none."
    )
    client_id: str = Field(default="", description="What the provider knows this server as.")
    client_secret: SecretStr | None = Field(
        default=None, description="The client's secret, where the provider gave one."
    )
    scopes: tuple[str, ...] = Field(
        default=("openid", "profile", "email"), description="What is asked of the provider."
    )
    label: str = Field(default="single sign-on", description="What the button calls the provider.")
    public_url: str = Field(
        default="",
        description="This server's address for browsers; empty for the one that they use.",
    )
    role_claim: str = Field(
        default="roles", description="The claim with a person's roles; dots lead into objects."
    )
    roles: dict[str, str] = Field(
        default_factory=dict,
        description="Value of that claim to role; of several the first listed here counts.",
    )
    agent_claim: str = Field(
        default="", description="The claim with the name that their calls carry; empty for none."
    )
    team_claim: str = Field(default="", description="The claim with their team; empty for none.")
    domains: tuple[str, ...] = Field(
        default=(), description="Whose verified e-mail addresses may come in; empty for all."
    )


class Settings(BaseSettings):
    """All settings of the server."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
    )

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(
        default=8377, ge=0, le=65535, description="Port to listen on; 0 for any free one."
    )
    token: SecretStr | None = Field(
        default=None,
        description="Guards sockets, API and pages; required unless host is a loopback one.",
    )
    session_hours: float = Field(
        default=12.0, gt=0, le=168, description="How long a person stays signed in."
    )
    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("cueline")),
        description="Where the database and the recordings lie.",
    )
    runs_dir: Path | None = Field(
        default=None, description="Where `cueline bench --keep` writes; empty for data_dir/runs."
    )
    time_zone: str = Field(
        default="UTC", description="Where figures begin their days: Europe/Berlin."
    )
    database_url: str = Field(
        default="", description="SQLAlchemy URL; empty for SQLite in data_dir."
    )
    pack_dirs: tuple[Path, ...] = Field(
        default=(), description="Folders with rule packs of your own."
    )
    max_calls: int = Field(default=100, ge=1, description="Live calls at once; more are refused.")
    resume_s: float = Field(
        default=15.0, gt=0, description="How long a call waits for a lost client."
    )
    idle_s: float = Field(
        default=30.0, gt=0, description="Silence of a socket after which it is closed."
    )
    review_days: int = Field(
        default=5, ge=1, le=60, description="Working days in which a call's review is due."
    )
    dispute_days: int = Field(
        default=10, ge=1, le=60, description="Working days in which an agent may dispute a review."
    )
    sample_calls: int = Field(
        default=3,
        ge=0,
        le=50,
        description="Calls of each agent drawn at random a week; 0 for none.",
    )
    sample_min_s: int = Field(
        default=180, ge=0, description="Seconds from which a call may be drawn for review."
    )
    log_level: str = Field(default="info", description="debug, info, warning or error.")
    stt: SttSettings = SttSettings()
    vad: VadSettings = VadSettings()
    classify: ClassifySettings = ClassifySettings()
    prosody: bool = Field(
        default=True,
        description="Hold the customer's voice against that caller's usual one; support for anger.",
    )
    partials: PartialSettings = PartialSettings()
    retain: RetainSettings = RetainSettings()
    twilio: TwilioSettings = TwilioSettings()
    oidc: OidcSettings = OidcSettings()
    knowledge_dir: Path | None = Field(
        default=None, description="Folder of Markdown articles for the desk; empty for none."
    )
    knowledge_stale_days: int = Field(
        default=365, ge=1, description="Age from which an article is marked as old."
    )
    connectors: dict[str, ConnectorSettings] = Field(
        default_factory=dict, description="Where after-call work is sent, by name."
    )
    default_queue: QueueSettings = QueueSettings()
    queues: dict[str, QueueSettings] = Field(
        default_factory=dict, description="Settings by queue name."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: command line, environment, TOML file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    def queue(self, name: str) -> QueueSettings:
        """Return the settings of a queue, or the default's."""
        return self.queues.get(name, self.default_queue)

    def keep_days(self, queue: str) -> int:
        """Return how many days the calls of a queue are kept; 0 for ever."""
        days = self.queue(queue).keep_days
        return self.retain.keep_days if days is None else days

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.data_dir / 'cueline.db'}"

    @property
    def runs(self) -> Path:
        """Where benchmark runs are kept."""
        return self.runs_dir or self.data_dir / "runs"

    @property
    def recordings(self) -> Path:
        """Where recordings lie."""
        return self.data_dir / "recordings"


def load_settings(
    file: Path | None = None, overrides: Mapping[str, object] | None = None
) -> Settings:
    """Read the settings.

    Raises:
        SettingsInvalid: a file is missing, or a value is wrong; names the setting and the fault.
    """
    if file is not None and not file.is_file():
        raise SettingsInvalid(f"no settings file at {file}")

    stray = [n for n in os.environ if n.startswith(PREFIX) and not _known(n)]
    if stray:
        raise SettingsInvalid(
            f"no setting is named {', '.join(sorted(stray))}; see docs/settings.md"
        )

    values: dict[str, Any] = dict(overrides or {})

    class _FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=file)

    try:
        return _FromFile(**values)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors()
        )
        raise SettingsInvalid(f"settings: {faults}") from error
    except ValueError as error:
        raise SettingsInvalid(f"settings file {file}: {error}") from error


def _known(variable: str) -> bool:
    name = variable.removeprefix(PREFIX).lower().split("__")[0]
    return variable in ELSEWHERE or name in Settings.model_fields
