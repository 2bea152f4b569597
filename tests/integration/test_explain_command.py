"""`tiendo explain` on a database: the page that a supervisor holds beside the plan."""

import asyncio
import json
import time
from datetime import date
from typing import Any, Final

import pytest

from models.catalogue import load_catalogue
from sinks.postgres import queries
from sinks.postgres.connection import connect
from streams.cli.app import run
from tests.support.drafts import Draft
from tests.support.folded import fold_into
from tests.support.plan_facts import (
    assigned,
    deployed,
    official,
    registered,
)

pytestmark = pytest.mark.integration

PROVINCE: Final = "tra-vinh"
STAFF: Final = "tra-vinh-2019-it-focal-in-agency"
ITEM: Final = "tra-vinh-2019-portal-upgrade-project"
INDEX: Final = "tra-vinh-2019-ict-index-raised"
CERTIFICATES: Final = "tra-vinh-2019-agencies-certificates"
FACTS: Final[tuple[Draft, ...]] = (
    registered("A1", "2019-01-02", "so"),
    registered("A2", "2019-01-02", "so"),
    registered("H1", "2019-01-02", "huyen"),
    official("one", "2019-06-03"),
    assigned("one", "2019-06-03", "university"),
    deployed("A1", "2019-06-03", "edoc"),
)


@pytest.fixture
def folded(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database that the command finds, with a year of figures."""
    asyncio.run(fold_into(database, PROVINCE, FACTS, date(2019, 12, 31)))
    monkeypatch.setenv("TIENDO_POSTGRES_DSN", database)
    return database


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """Return what the command prints as JSON."""
    capsys.readouterr()
    assert 0 == run(["explain", *arguments, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the one sentence of a call that cannot work."""
    capsys.readouterr()
    assert 2 == run(["explain", *arguments])
    (line,) = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.usefixtures("folded")
def test_a_page_has_all_that_is_needed_to_argue_with_a_figure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Sentence with its section, definition, assumption, standing, and the agencies that lack most first; in 100 columns."""
    assert 0 == run(["explain", STAFF])

    lines = capsys.readouterr().out.splitlines()
    shown = " ".join(" ".join(lines).split())
    assert all(len(line) <= 100 for line in lines)
    assert "Mỗi cơ quan phân công cán bộ phụ trách CNTT" in shown
    assert "Định nghĩa: Tỷ lệ phần trăm: tử số là số cơ quan" in shown
    assert "Chỉ tiêu: Cần ít nhất 100%, hạn 31/12/2019" in shown
    assert "Giả định: kiêm nhiệm cũng tính" in shown
    assert "Đến ngày 31/12/2019: 33,33% (1/3)" in shown
    places = [shown.index(word) for word in ("Toàn tỉnh", "(A2)", "(H1)", "(A1)")]
    assert sorted(places) == places


@pytest.mark.usefixtures("folded")
def test_a_target_without_a_figure_says_why_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """A dash alone would leave the reader to guess whether nothing came or nothing was done."""
    assert 0 == run(["explain", INDEX])
    shown = " ".join(capsys.readouterr().out.split())

    assert "–, không đo được (kế hoạch không cho giá trị để so sánh" in shown
    assert "the plan gives nothing to compare with" in explained(capsys, INDEX)["reason_en"]


@pytest.mark.usefixtures("folded")
def test_json_carries_numerator_and_denominator_of_each_agency(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By the contract's rules: ratios with four decimals, numerators and denominators as numbers, days as dates."""
    found = explained(capsys, STAFF)

    assert ("33.3333", 1, 3) == (found["value"], found["numerator"], found["denominator"])
    assert [("A2", 0, 1), ("H1", 0, 1), ("A1", 1, 1)] == [
        (part["agency"], part["numerator"], part["denominator"]) for part in found["agencies"]
    ]
    assert ("2019-12-31", "2019-12-31") == (found["as_of"], found["deadline"])
    assert found["house_rule_en"] == "part-time assignments count"


def test_the_standing_is_that_of_the_view(folded: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Once the day is closed `explain` and `api.target_attainment` say the same of each target."""

    async def rows() -> list[queries.Row]:
        async with queries.reading(folded) as connection:
            return await queries.target_attainment(connection, [PROVINCE])

    compared = ("status", "numerator", "denominator", "reason", "unit", "kind", "section")
    for row in asyncio.run(rows())[::9]:
        found = explained(capsys, str(row["target"]))

        assert [row[column] for column in compared] == [found[column] for column in compared]
        assert str(row["status_since"]) == found["status_since"]


@pytest.mark.usefixtures("folded")
def test_an_earlier_day_and_one_agency_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Before its man came the first department brought nothing."""
    early = explained(capsys, STAFF, "--as-of", "2019-06-02", "--agency", "A1")
    late = explained(capsys, STAFF, "--as-of", "2019-06-03", "--agency", "A1")

    assert [("A1", 0, 1)] == [
        (part["agency"], part["numerator"], part["denominator"]) for part in early["agencies"]
    ]
    assert [("A1", 1)] == [(part["agency"], part["numerator"]) for part in late["agencies"]]
    assert (0, 1) == (early["numerator"], late["numerator"])


@pytest.mark.usefixtures("folded")
def test_rows_and_conditions_that_are_not_met_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A list says which of its rows is open, a count of agencies what each of them lacks."""
    listed = explained(capsys, ITEM)
    counted = explained(capsys, CERTIFICATES)

    assert [("portal-upgrade", False)] == [(row["row"], row["met"]) for row in listed["rows"]]
    assert ["A1", "A2", "H1"] == [part["agency"] for part in counted["agencies"]]
    assert all("chứng thư số" in part["lacks"][0]["text_vi"] for part in counted["agencies"])


@pytest.mark.usefixtures("folded")
def test_a_figure_of_the_house_is_explained_for_a_province(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """All provinces have it, so it must be said whose."""
    found = explained(capsys, "agencies_reporting_share", "--province", PROVINCE)

    assert ("house", 3) == (found["plan"], found["denominator"])
    assert "status" not in found
    assert "add --province P" in refused(capsys, "agencies_reporting_share")


@pytest.mark.usefixtures("folded")
def test_a_misspelt_name_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence with the mend, and status 2; so for days, agencies and provinces that do not exist."""
    assert STAFF in refused(capsys, "tra-vinh-2019-it-focal-in-agencies")
    assert "ends on 2019-12-31" in refused(capsys, STAFF, "--as-of", "2020-01-01")
    assert "X9 has no part in" in refused(capsys, STAFF, "--agency", "X9")
    assert "unknown province" in refused(capsys, STAFF, "--province", "hue")
    assert "in dong-nai" in refused(capsys, STAFF, "--province", "dong-nai")
    assert "nothing of dong-nai was folded yet" in refused(
        capsys, "dossiers_open", "--province", "dong-nai"
    )


def test_panes_of_another_catalogue_are_not_explained(
    folded: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its measures may mean something else; the sentence says which version to use, and the status is 1."""

    async def relabel() -> None:
        connection = await connect(folded, "test")
        await connection.execute("UPDATE tiendo.progress SET engine_version = 'another'")
        await connection.close()

    asyncio.run(relabel())

    assert 1 == run(["explain", STAFF])
    assert "another version of the catalogue" in capsys.readouterr().err


@pytest.mark.usefixtures("folded")
def test_it_answers_within_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    """With the catalogue loaded; a page is looked at while somebody waits on the telephone."""
    load_catalogue()
    started = time.monotonic()

    explained(capsys, STAFF)

    assert time.monotonic() - started < 1
