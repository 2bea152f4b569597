"""What an operator starts is well-formed: the Compose file by its schema, the Dockerfile by its linter, no password by default."""

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
BIN = Path(sys.executable).parent


def test_the_compose_file_follows_the_compose_specification() -> None:
    """`docker compose` of any version reads it."""
    checked = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (0, "") == (checked.returncode, checked.stderr)


def test_the_dockerfile_has_nothing_for_its_linter_to_say() -> None:
    """The rules of hadolint hold, those of its shell checks too."""
    linted = subprocess.run(
        [BIN / "hadolint", ROOT / "deploy" / "Dockerfile"],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (0, "") == (linted.returncode, linted.stdout)


def test_no_secret_has_a_default() -> None:
    """Without TIENDO_POSTGRES_PASSWORD nothing starts, and the message says what to set."""
    secrets = re.findall(r"\$\{(\w*PASSWORD\w*)([^}]*)\}", COMPOSE.read_text(encoding="utf-8"))

    assert secrets
    assert all(rest.startswith(":?set ") for _, rest in secrets)


def test_what_runs_for_ever_is_watched_and_what_runs_once_is_waited_for() -> None:
    """Every lasting service has a health check; the worker starts after schema and topics are there."""
    services = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    lasting = {name for name, service in services.items() if service["restart"] != "no"}

    assert {"kafka", "postgres", "worker"} == lasting
    assert all("healthcheck" in services[name] for name in lasting)
    assert {
        "migrate": {"condition": "service_completed_successfully"},
        "topics": {"condition": "service_completed_successfully"},
    } == services["worker"]["depends_on"]


def test_the_image_does_not_run_as_root() -> None:
    """The last USER of the Dockerfile is a number other than 0."""
    users = re.findall(r"^USER (\d+)$", (ROOT / "deploy" / "Dockerfile").read_text(), re.MULTILINE)

    assert users
    assert int(users[-1]) > 0
