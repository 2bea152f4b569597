"""What an operator starts is well-formed: the Compose file by its schema, the Dockerfile by its linter, no password by default."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

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


def test_what_only_the_watchers_need_is_asked_for_only_when_they_start() -> None:
    """Compose fills in every variable of the file, whatever is started: Grafana's passwords are secrets, which it does not."""
    compose = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    grafana = compose["services"]["grafana"]

    assert {"grafana_admin", "grafana_postgres"} == {*grafana["secrets"]} == {*compose["secrets"]}
    assert all(["environment"] == list(secret) for secret in compose["secrets"].values())
    assert (
        "/run/secrets/grafana_admin" == grafana["environment"]["GF_SECURITY_ADMIN_PASSWORD__FILE"]
    )
    assert {"prometheus", "grafana"} == {
        name
        for name, service in compose["services"].items()
        if service.get("profiles") == ["watch"]
    }


def test_what_runs_for_ever_is_watched_and_what_runs_once_is_waited_for() -> None:
    """Every lasting service has a health check; the worker starts after schema and topics are there."""
    services = _services()
    lasting = {name for name, service in services.items() if service["restart"] != "no"}

    assert {"kafka", "postgres", "worker", "prometheus", "grafana"} == lasting
    assert all("test" in services[name]["healthcheck"] for name in lasting)
    assert all(
        {"disable": True} == services[name]["healthcheck"] for name in services.keys() - lasting
    )
    assert {
        "migrate": {"condition": "service_completed_successfully"},
        "topics": {"condition": "service_completed_successfully"},
    } == services["worker"]["depends_on"]


def test_no_service_can_take_the_whole_machine() -> None:
    """Processor, memory and processes have a limit, and logs are turned over."""
    for name, service in _services().items():
        limits = service["deploy"]["resources"]["limits"]
        assert {"cpus", "memory", "pids"} == limits.keys(), name
        assert {"max-size", "max-file"} == service["logging"]["options"].keys(), name


def test_images_are_pinned_and_data_lies_in_named_volumes() -> None:
    """A restart brings back the same program and the same data."""
    compose = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    images = {service["image"] for service in compose["services"].values()} - {
        "tiendo:${TIENDO_VERSION:-local}"
    }
    kept = {
        volume.partition(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", ())
    }

    assert all(re.search(r":v?\d+\.\d+", image) for image in images), images
    assert compose["volumes"].keys() == {name for name in kept if not name.startswith("./")}
    assert all((ROOT / name).is_dir() for name in kept if name.startswith("./"))


def test_a_worker_can_be_run_several_times() -> None:
    """No name and no port of the machine is its own; Prometheus finds every one by the service's name."""
    worker = _services()["worker"]
    jobs = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    (port,) = re.findall(r"TIENDO_HTTP_PORT=(\d+)", dockerfile)

    assert {"container_name", "ports", "hostname"} & worker.keys() == set()
    assert [(["worker"], int(port))] == [
        (found["names"], found["port"]) for job in jobs for found in job["dns_sd_configs"]
    ]
    assert f":{port}/healthz" in worker["healthcheck"]["test"][-1]
    assert f":{port}/healthz" in dockerfile


def test_what_needs_no_right_has_none() -> None:
    """Our own containers and those that watch hold no capability and cannot gain any."""
    for name, service in _services().items():
        if name not in {"kafka", "postgres"}:
            assert ["ALL"] == service["cap_drop"], name
            assert ["no-new-privileges:true"] == service["security_opt"], name


def _services() -> "dict[str, dict[str, Any]]":
    services: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))[
        "services"
    ]
    return services


def test_the_image_is_made_again_from_the_same_sources() -> None:
    """Packages by hash, the base by its exact version, no time of the day in wheel or bytecode; no secret is handed in."""
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    bases = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)

    assert all(re.fullmatch(r"python:3\.11\.\d+(-slim)?-\w+", base) for base in bases), bases
    assert "-slim-" in bases[-1]
    assert dockerfile.count("--require-hashes") == 2
    assert "ARG SOURCE_DATE_EPOCH=" in dockerfile
    assert "--invalidation-mode unchecked-hash" in dockerfile
    assert not re.search(r"PASSWORD|SECRET|TOKEN", dockerfile)


def test_the_image_does_not_run_as_root() -> None:
    """The last USER of the Dockerfile is a number other than 0."""
    users = re.findall(r"^USER (\d+)$", (ROOT / "deploy" / "Dockerfile").read_text(), re.MULTILINE)

    assert users
    assert int(users[-1]) > 0
