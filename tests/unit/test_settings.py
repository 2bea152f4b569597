"""Settings: read once, complete about what is wrong, silent about secrets."""

from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict

from models.errors import UsageError
from models.topics import PROVINCES
from streams.settings import load_settings


def test_without_an_environment_every_province_is_ours_and_no_password_is_assumed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Addresses of services on this machine have defaults, the database has none."""
    monkeypatch.delenv("TIENDO_POSTGRES_DSN", raising=False)

    settings = load_settings()

    assert PROVINCES == settings.provinces
    with pytest.raises(UsageError, match="set TIENDO_POSTGRES_DSN="):
        _ = settings.dsn


def test_provinces_are_a_comma_separated_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker may own some of them."""
    monkeypatch.setenv("TIENDO_PROVINCES", "tra-vinh, dong-nai")

    assert ("tra-vinh", "dong-nai") == load_settings().provinces


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        (
            "TIENDO_PROVINCES",
            "ha-noi",
            "TIENDO_PROVINCES: unknown or no province ha-noi; known are",
        ),
        ("TIENDO_PROVINCES", "", "TIENDO_PROVINCES: unknown or no province"),
        ("TIENDO_FETCH_MAX_BYTES", "many", "TIENDO_FETCH_MAX_BYTES: "),
        ("TIENDO_HTTP_PORT", "70000", "TIENDO_HTTP_PORT: "),
        ("TIENDO_HEARTBEAT_SECONDS", "9", "heartbeat_seconds must be at most a third"),
        (
            "TIENDO_KAFKA_SECURITY_PROTOCOL",
            "TLS",
            "TIENDO_KAFKA_SECURITY_PROTOCOL: Input should be",
        ),
        ("TIENDO_KAFKA_SECURITY_PROTOCOL", "SASL_SSL", "SASL_SSL needs TIENDO_KAFKA_SASL_USERNAME"),
        ("TIENDO_KAFKA_SASL_USERNAME", "motcua", "PLAINTEXT asks nobody for a user"),
        ("TIENDO_KAFKA_KEY_FILE", "/k.pem", "set both"),
        ("TIENDO_POSTGRES_PASSWORD_FILE", "/no/such", "/no/such cannot be read"),
    ],
)
def test_a_wrong_variable_is_named_with_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    """An operator mends it without reading code."""
    monkeypatch.setenv(variable, value)

    with pytest.raises(UsageError, match=said):
        load_settings()


def test_a_secret_is_never_printed() -> None:
    """Neither by the settings nor by a complaint about them."""
    settings = load_settings(postgres_dsn="postgresql://tiendo:geheim@host/db")

    assert "geheim" not in repr(settings)
    assert "postgresql://tiendo:geheim@host/db" == settings.dsn


SASL: dict[str, Any] = {"kafka_security_protocol": "SASL_SSL", "kafka_sasl_username": "motcua"}
PASSWORD: dict[str, Any] = {"kafka_sasl_password": "geheim"}


def test_the_password_is_given_once(tmp_path: Path) -> None:
    """By value or by file; both would leave open which one counts."""
    file = tmp_path / "password"
    file.write_text("bí mật\n")

    assert "bí mật" == load_settings(**SASL, kafka_sasl_password_file=file).brokers.password
    assert "geheim" == load_settings(**SASL, **PASSWORD).brokers.password
    for given in ({}, {**PASSWORD, "kafka_sasl_password_file": file}):
        with pytest.raises(UsageError, match="SASL_SSL needs the password once"):
            load_settings(**SASL, **given)


def test_plain_is_refused_where_anybody_may_listen() -> None:
    """The mechanism sends the password itself."""
    plain = {**SASL, **PASSWORD, "kafka_sasl_mechanism": "PLAIN"}

    assert load_settings(**plain).brokers.security.is_encrypted
    with pytest.raises(UsageError, match="PLAIN sends the password itself: use SASL_SSL"):
        load_settings(**{**plain, "kafka_security_protocol": "SASL_PLAINTEXT"})


def test_no_password_of_kafka_is_printed() -> None:
    """Neither by the settings nor by what is made of them."""
    settings = load_settings(**SASL, **PASSWORD)

    assert "geheim" not in repr(settings) + repr(settings.brokers)


@pytest.mark.parametrize(
    "address", ["postgresql://tiendo@host/db", "postgresql://tiendo@host/db?sslmode=verify-full"]
)
def test_a_password_file_completes_the_address(tmp_path: Path, address: str) -> None:
    """As libpq reads it, whatever characters the password has."""
    file = tmp_path / "password"
    file.write_text("m&t kh=u/%20?\n")

    settings = load_settings(postgres_dsn=address, postgres_password_file=file)

    assert "m&t kh=u/%20?" == conninfo_to_dict(settings.dsn)["password"]
    assert "kh=u" not in repr(settings)
