"""What a process is told from outside: one frozen object, read from TIENDO_* once, in the composition root.

No password has a default, and none is ever printed: secrets are `SecretStr` and unwrapped only where a connection is opened.
"""

from typing import Annotated, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from models.errors import UsageError
from models.topics import PROVINCES

_ENV_PREFIX = "TIENDO_"


class Settings(BaseSettings):
    """Settings of a process; the environment variable is the field's name in capitals after TIENDO_."""

    model_config = SettingsConfigDict(env_prefix=_ENV_PREFIX, frozen=True, extra="ignore")

    kafka_bootstrap_servers: str = "localhost:9092"
    """host:port of one or several brokers, comma separated."""
    kafka_idempotence: bool = True
    """Producers ask for an id, so that a retry cannot repeat a record. Off only for the embedded broker, which gives no ids."""
    kafka_replication_factor: int = Field(default=1, ge=1)
    """Copies of a topic's records when `tiendo topics` creates it: 3 on a cluster."""
    postgres_dsn: SecretStr | None = None
    """libpq URI of the database. It has no default: an address carries a password or names whose database is written."""
    provinces: Annotated[tuple[str, ...], NoDecode] = PROVINCES
    """Slugs of the provinces that this process may own or show; all of them by default."""

    consumer_group: str = "tiendo"
    consumer_group_instance_id: str | None = None
    """Static membership: a name that is this worker's own and stays over its restarts."""
    session_timeout_seconds: float = Field(default=10.0, gt=0)
    """How long Kafka waits for a silent worker before its provinces move to another."""
    heartbeat_seconds: float = Field(default=1.0, gt=0)
    """The stall of a rebalance is one heartbeat interval."""
    metadata_max_age_seconds: float = Field(default=5.0, gt=0)
    """A topic created after the worker started is seen within this time."""
    fetch_max_bytes: int = Field(default=8 * 1024 * 1024, ge=64 * 1024)
    """Bytes of one fetch as it is packed, and of one transaction as it is unpacked, which also has 40 000 records at most; at least
    one record is always fetched."""
    fold_processes: int | None = Field(default=None, ge=0)
    """Processes that fold beside the one that reads; None: one a province, so that none waits for another's; 0: the reading one folds too."""
    stall_seconds: float = Field(default=120.0, gt=0)
    """The process exits when a province has lag and its mark has not moved for so long."""
    shutdown_seconds: float = Field(default=20.0, gt=0)
    """Shared by all the steps of a graceful stop."""
    publish_days: bool = True
    """Publish `day.started` after midnight to the provinces owned; off where the log's own days are to rule (`try`, `demo`)."""

    http_port: int | None = Field(default=None, ge=0, le=65535)
    """Port on which a worker answers /metrics, /healthz and /readyz; None: no endpoint."""
    http_host: str = "127.0.0.1"
    """Address of this machine on which it does; 0.0.0.0 in a container, whose ports only its network sees."""
    log_level: str = "INFO"
    log_json: bool | None = None
    """True: a JSON object a line; False: for people; None: for people on a terminal only."""

    @field_validator("provinces", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Read the comma separated list that an environment variable holds."""
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("provinces")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [slug for slug in value if slug not in PROVINCES]
        if unknown or not value:
            raise ValueError(
                f"unknown or no province {', '.join(unknown)}; known are {', '.join(PROVINCES)}"
            )
        return value

    @model_validator(mode="after")
    def _heartbeats_fit_the_session(self) -> Self:
        if self.heartbeat_seconds * 3 > self.session_timeout_seconds:
            raise ValueError("heartbeat_seconds must be at most a third of session_timeout_seconds")
        return self

    @property
    def dsn(self) -> str:
        """The database's address with its secrets, for whoever opens the connection; UsageError when none was given."""
        if self.postgres_dsn is None:
            raise UsageError(
                "no database is configured: set TIENDO_POSTGRES_DSN=postgresql://user:password@host/database"
            )
        return self.postgres_dsn.get_secret_value()


def load_settings(**overrides: object) -> Settings:
    """Read the environment; UsageError names the variable that is wrong and says why, never its value."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # the caller's keywords are checked by pydantic
    except ValidationError as error:
        faults = "; ".join(
            f"{_variable(fault['loc'])}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors(include_input=False)
        )
        raise UsageError(f"the environment is not usable: {faults}") from None


def _variable(loc: tuple[int | str, ...]) -> str:
    return _ENV_PREFIX + str(loc[0]).upper() if loc else "TIENDO_*"
