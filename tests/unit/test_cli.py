"""The command line as people meet it: exit statuses, one sentence with the mend, results alone on stdout."""

import json
import re
from pathlib import Path

import pytest

from streams.cli.app import run

FIXTURE = Path(__file__).parents[1] / "fixtures" / "first.ndjson"


def test_a_valid_file_has_no_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`check` prints nothing on stdout and exits 0."""
    path = tmp_path / "one.ndjson"
    path.write_bytes(FIXTURE.read_bytes().splitlines(keepends=True)[0])

    assert 0 == run(["check", str(path)])
    assert ("", "1 lines, 0 faults\n") == capsys.readouterr()


def test_each_fault_is_a_line_with_its_number_and_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`check` exits 1 if it printed one; the fixture has three."""
    assert 1 == run(["check", str(FIXTURE)])

    lines = capsys.readouterr().out.splitlines()
    assert [
        f"{FIXTURE}:39: bad_payload: intake_channel: ",
        f"{FIXTURE}:40: key_mismatch: subject: ",
        f"{FIXTURE}:41: not_cloudevent: specversion: ",
    ] == [re.sub(r"^((.*?: ){3}).*", r"\1", line) for line in lines]


def test_a_fault_never_quotes_a_payload(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Payloads may name people."""
    event = json.loads(FIXTURE.read_bytes().splitlines()[10])
    event["data"] = dict.fromkeys(event["data"], "Nguyễn Văn A")
    path = tmp_path / "named.ndjson"
    path.write_text(json.dumps(event), encoding="utf-8")

    assert 1 == run(["check", str(path)])
    assert "Nguyễn" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "no-such-file"], "file 'no-such-file' does not exist; see tiendo check --help"),
        (["check"], "Missing argument 'FILE'; see tiendo check --help"),
        (["nonsense"], "No such command 'nonsense'; see tiendo --help"),
        (["kpi", "--colour"], "No such option: --colour"),
        (["try", str(FIXTURE), "--as-of", "31/10/2019"], "is no day: write it as 2019-10-31"),
        (["try", str(FIXTURE), "--as-of", "2019-02-30"], "is no day: write it as 2019-10-31"),
        (["try", str(FIXTURE), "--as-of", "9999-12-31"], "give a day from 2000 to 2100"),
        (["simulate", "--province", "ha-noi"], "unknown province ha-noi: known are dong-nai"),
        (["kpi", "--province", "ha-noi"], "unknown province ha-noi: known are dong-nai"),
        (["kpi"], "set TIENDO_POSTGRES_DSN="),
    ],
)
def test_a_wrong_call_is_one_sentence_with_the_mend_and_status_2(
    arguments: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing is on stdout, no traceback anywhere."""
    monkeypatch.delenv("TIENDO_POSTGRES_DSN", raising=False)

    assert 2 == run(arguments)
    out, err = capsys.readouterr()
    assert "" == out
    assert said in err
    assert 1 == err.count("\n")


@pytest.mark.parametrize("command", ["topics", "publish"])
def test_a_service_that_is_away_is_one_sentence_with_the_mend_and_status_1(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call was right, so the status is that of a failure."""
    monkeypatch.setenv("TIENDO_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9")

    assert 1 == run([command, str(FIXTURE)] if command == "publish" else [command])
    out, err = capsys.readouterr()
    assert "" == out
    assert "127.0.0.1:9" in err
    assert "start it, or set TIENDO_KAFKA_BOOTSTRAP_SERVERS" in err
    assert 1 == err.count("\n")


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with one line on what it does."""
    assert 0 == run(["--help"])

    out = capsys.readouterr().out
    assert all(
        f" {command} " in out
        for command in (
            *("demo", "try", "check", "worker", "publish", "topics"),
            *("migrate", "simulate", "kpi", "targets", "duties", "problems", "alerts", "plan"),
        )
    )


def test_simulated_lines_are_the_same_for_the_same_seed(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    """Only NDJSON is on stdout."""
    arguments = ["simulate", "--seed", "7", "--province", "tra-vinh", "--days", "1"]

    assert 0 == run(arguments)
    first = capsysbinary.readouterr().out
    assert 0 == run(arguments)

    assert first == capsysbinary.readouterr().out
    assert first.endswith(b"\n")
