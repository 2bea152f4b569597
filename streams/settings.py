"""What a process is told from outside: one frozen object, read from TIENDO_* once, in the composition root.

No password has a default, and none is ever printed: secrets are `SecretStr` and unwrapped only where a connection is opened.
"""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from models.errors import UsageError
from models.topics import PROVINCES
from sinks.brokers import Brokers, Mechanism, Security
from sinks.postgres.connection import with_password

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
    kafka_security_protocol: Security = Security.PLAINTEXT
    """What the listener speaks at those addresses."""
    kafka_sasl_mechanism: Mechanism = Mechanism.SCRAM_SHA_512
    """How the password is proved; PLAIN with TLS only."""
    kafka_sasl_username: str | None = None
    """The user's name, with SASL_SSL and SASL_PLAINTEXT."""
    kafka_sasl_password: SecretStr | None = None
    """The user's password; it stands here or in a file."""
    kafka_sasl_password_file: Path | None = None
    """File that holds the user's password alone."""
    kafka_ca_file: Path | None = None
    """PEM of the authorities that sign Kafka's certificates; None: those that the system trusts."""
    kafka_cert_file: Path | None = None
    """PEM of our own certificate, where Kafka asks for one; its key is in it or in `kafka_key_file`."""
    kafka_key_file: Path | None = None
    """PEM of that certificate's key, where it has a file of its own."""
    postgres_dsn: SecretStr | None = None
    """libpq URI of the database. It has no default: an address carries a password or names whose database is written."""
    postgres_password_file: Path | None = None
    """File with the password, where it is not to stand in the address."""
    provinces: Annotated[tuple[str, ...], NoDecode] = PROVINCES
    """Slugs of the provinces that this process may own or show; all of them by default."""

    consumer_group: str = "tiendo"
    """Workers of one group share the provinces out among themselves."""
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
    outbox_keep_days: int = Field(default=30, ge=1, le=36_500)
    """Days for which a message that Kafka has acknowledged stays in `tiendo.outbox`; one that waits stays until it was sent."""
    publish_days: bool = True
    """Publish `day.started` after midnight to the provinces owned; off where the log's own days are to rule (`try`, `demo`)."""

    http_port: int | None = Field(default=None, ge=0, le=65535)
    """Port on which a worker answers /metrics, /healthz and /readyz; None: no endpoint."""
    http_host: str = "127.0.0.1"
    """Address of this machine on which it does; 0.0.0.0 in a container, whose ports only its network sees."""
    log_level: str = "INFO"
    """The least level that is logged: DEBUG, INFO, WARNING or ERROR."""
    log_json: bool | None = None
    """True: a JSON object a line; False: for people; None: for people on a terminal only."""

    @field_validator("kafka_sasl_password_file", "postgres_password_file")
    @classmethod
    def _readable(cls, value: Path | None) -> Path | None:
        """Refuse a file that is not there before anything is connected."""
        if value is not None:
            try:
                value.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise ValueError(
                    f"{value} cannot be read ({type(error).__name__}): it holds the password, alone"
                ) from None
        return value

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

    @model_validator(mode="after")
    def _credentials_are_whole(self) -> Self:
        security, password = self.kafka_security_protocol, self.kafka_sasl_password
        if security.asks_for_a_user:
            if not self.kafka_sasl_username:
                raise ValueError(f"{security} needs TIENDO_KAFKA_SASL_USERNAME")
            if (password is None) is (self.kafka_sasl_password_file is None):
                raise ValueError(
                    f"{security} needs the password once: TIENDO_KAFKA_SASL_PASSWORD or TIENDO_KAFKA_SASL_PASSWORD_FILE"
                )
            if self.kafka_sasl_mechanism is Mechanism.PLAIN and not security.is_encrypted:
                raise ValueError(
                    "PLAIN sends the password itself: use SASL_SSL, or SCRAM-SHA-512 as the mechanism"
                )
        elif self.kafka_sasl_username is not None:
            raise ValueError(
                f"{security} asks nobody for a user: set TIENDO_KAFKA_SECURITY_PROTOCOL to SASL_SSL"
            )
        if self.kafka_key_file is not None and self.kafka_cert_file is None:
            raise ValueError("TIENDO_KAFKA_KEY_FILE is the key of TIENDO_KAFKA_CERT_FILE: set both")
        return self

    @property
    def brokers(self) -> Brokers:
        """Where Kafka is, with its secrets, for whoever opens the connection."""
        return Brokers(
            self.kafka_bootstrap_servers,
            self.kafka_security_protocol,
            self.kafka_sasl_mechanism,
            self.kafka_sasl_username,
            _secret(self.kafka_sasl_password, self.kafka_sasl_password_file),
            *(
                None if path is None else str(path)
                for path in (self.kafka_ca_file, self.kafka_cert_file, self.kafka_key_file)
            ),
        )

    @property
    def dsn(self) -> str:
        """The database's address with its secrets, for whoever opens the connection; UsageError when none was given."""
        if self.postgres_dsn is None:
            raise UsageError(
                "no database is configured: set TIENDO_POSTGRES_DSN=postgresql://user:password@host/database"
            )
        dsn = self.postgres_dsn.get_secret_value()
        password = _secret(None, self.postgres_password_file)
        return dsn if password is None else with_password(dsn, password)


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


def _secret(given: SecretStr | None, file: Path | None) -> str | None:
    """Return a password as it was given, or the first line of its file."""
    if given is not None:
        return given.get_secret_value()
    return None if file is None else file.read_text(encoding="utf-8").partition("\n")[0]


def _variable(loc: tuple[int | str, ...]) -> str:
    return _ENV_PREFIX + str(loc[0]).upper() if loc else "TIENDO_*"
