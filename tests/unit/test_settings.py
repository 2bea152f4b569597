"""Settings: read once, complete about what is wrong, silent about secrets."""

import pytest

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
