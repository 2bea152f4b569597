"""The command line as people meet it: exit statuses, one sentence with the mend, results alone on stdout."""

import io
import json
import re
import sys
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


def test_a_fault_is_told_with_its_mend_and_the_reasons_are_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """For programs too, and of standard input."""
    assert 1 == run(["check", str(FIXTURE)])
    out, err = capsys.readouterr()
    assert 1 == run(["check", str(FIXTURE), "--json"])
    told = json.loads(capsys.readouterr().out)

    assert "42 lines, 3 faults: bad_payload 1, key_mismatch 1, not_cloudevent 1\n" == err
    assert out.splitlines()[0].endswith("; write one of online, counter, post")
    assert {"bad_payload": 1, "key_mismatch": 1, "not_cloudevent": 1} == told["reasons"]
    assert (42, ["file", "line", "reason", "field", "detail", "mend"]) == (
        told["lines"],
        list(told["faults"][0]),
    )
    assert [39, 40, 41] == [fault["line"] for fault in told["faults"]]


def test_standard_input_is_checked_as_a_file_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also lines before the first that names a province: they go where it goes."""
    lines = FIXTURE.read_bytes().splitlines(keepends=True)
    given = b"".join([b"no json\n", *lines])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))

    assert 1 == run(["check", "-", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert [1, 40, 41, 42] == [fault["line"] for fault in told["faults"]]


def test_a_sheet_is_checked_with_what_is_said_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under Vietnamese heads, with days as Việt Nam writes them; the fault has its line in the file."""
    path = tmp_path / "so.csv"
    path.write_text(
        "Mã hồ sơ;Ghi chú;procedure_id;intake_channel;procedure_online_level;received_at;submitter_type\n"
        "D1;x;1.001;online;4;01/10/2019 08:00;citizen\n"
        "D2;;1.001;fax;4;01/10/2019 08:00;citizen\n",
        encoding="utf-8",
    )

    assert 1 == run(
        [
            *("check", str(path), "--type", "dossier.received", "--province", "tra-vinh"),
            *("--source", "urn:tiendo:tra-vinh:motcua", "--agency", "A1", "--set", "agency_id=A1"),
            *("--column", "Mã hồ sơ=dossier_id", "--column", "Ghi chú="),
            *("--date-format", "dd/mm/yyyy", "--offset", "+07:00"),
        ]
    )

    out, err = capsys.readouterr()
    assert [f"{path}:3: bad_payload: intake_channel"] == [
        line.rsplit(": ", 1)[0] for line in out.splitlines()
    ]
    assert "2 lines, 1 faults: bad_payload 1\n" == err


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
        (["check", str(FIXTURE), "--type", "dossier.received"], "is no CSV, but the options are"),
        (["check", "-", "--offset", "+07:00"], "standard input is no CSV, but the options are"),
        (["check", str(FIXTURE), str(FIXTURE)], "a file is named twice"),
        (["check", "-", "--csv", "--delimiter", "|"], "give one of , ; tab"),
        (["check", "-", "--csv", "--offset", "7"], "write it as +07:00"),
        (["check", "-", "--csv", "--set", "agency"], "write --set NAME=VALUE"),
        (["check", "-", "--csv", "--snapshot"], "add --as-of 2019-10-31"),
        (["check", "-", "--csv", "--as-of", "2019-10-31"], "add --snapshot"),
        (["check", "-", "--csv", "--snapshot", "--as-of", "31/10"], "write it as 2019-10-31"),
        (["publish", "-", "--retract-missing", str(FIXTURE)], "add --snapshot, and name one FILE"),
        (["deadletters", "replay"], "--reason CODE, or --province P --offset N"),
        (["deadletters", "replay", "--offset", "3"], "add --province P"),
        (["deadletters", "replay", "--reason", "late"], "known are null_value, too_large"),
        (
            ["deadletters", "replay", "--reason", "not_json", "--from", str(FIXTURE)],
            "add an --offset for each line",
        ),
        (["deadletters", "list", "--since", "1/1"], "write it as 2019-10-31"),
        (["deadletters", "list", "--topic", "--pending"], "leave --pending out"),
        (["deadletters", "show", "ha-noi", "1"], "unknown province ha-noi: known are dong-nai"),
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


def test_a_kafka_that_is_away_is_waited_for_as_long_as_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told once what is waited for, then that it was in vain; nothing is sent, so there is nothing to go on from."""
    monkeypatch.setenv("TIENDO_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9")

    assert 1 == run(["publish", str(FIXTURE), "--wait", "0.6"])
    out, err = capsys.readouterr()
    assert "" == out
    waiting, given_up = err.splitlines()
    assert waiting.endswith("; trying again for 1 s")
    assert given_up.startswith("tiendo: no Kafka at 127.0.0.1:9")
    assert "--from-line" not in err


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with one line on what it does."""
    assert 0 == run(["--help"])

    out = capsys.readouterr().out
    assert all(
        f" {command} " in out
        for command in (
            *("demo", "try", "check", "worker", "publish", "topics"),
            *(
                "migrate",
                "deadletters",
                "simulate",
                "kpi",
                "targets",
                "duties",
                "problems",
                "alerts",
                "plan",
            ),
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
