"""`tiendo explain` down to the event: every figure opens, adds up, and says what restated it."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, Final

import pytest

from models.catalogue import load_catalogue
from models.days import date_of
from models.envelope import decode
from models.facts import Event, Record
from sinks.postgres import queries
from streams.cli.app import run
from streams.cli.json_rows import json_row
from streams.simulator import simulate
from tests.support.drafts import Draft
from tests.support.folded import fold_into, fold_log_into
from tests.support.plan_facts import dossier, instant, registered, resolved, said

pytestmark = pytest.mark.integration

PROVINCE: Final = "tra-vinh"
NOW_MS: Final = 1_800_000_000_000
DAYS: Final = 20
SHARE: Final = "dossiers_on_time_share"
FACT_KEYS: Final = {
    *("type", "natural_key", "moment", "day", "agency", "id", "source", "offset", "recordedtime"),
    *("retracted", "about_another_subject", "fields"),
}


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """Return what the command prints as JSON."""
    capsys.readouterr()
    assert 0 == run(["explain", *arguments, "--province", PROVINCE, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the one sentence of a call that cannot work."""
    capsys.readouterr()
    assert 2 == run(["explain", *arguments, "--province", PROVINCE])
    (line,) = capsys.readouterr().err.splitlines()
    return line


def decided(name: str, day: str, due: str, agency: str = "A1") -> tuple[Draft, Draft]:
    """Return that a dossier taken in on 1 March was resolved on a day."""
    taken = dossier(name, "2019-03-01", agency, due_at=instant(due))
    return taken, resolved(name, day, agency)


def taken_back(fact: str, key: str, day: str) -> Draft:
    """Return a retraction, under the key of the fact that it takes back."""
    draft = said("fact.retracted", day, type=fact, subject=key, moment=None, reason="x")
    return replace(draft, subject=key)


@pytest.fixture
def simulated(database: str, monkeypatch: pytest.MonkeyPatch) -> dict[int, Event]:
    """A database with some weeks of a simulated province; returns its events by offset."""
    log = [
        Record(PROVINCE, offset, NOW_MS, None, line)
        for offset, line in enumerate(simulate(3, (PROVINCE,), DAYS))
    ]
    events = {one.offset: one for one in map(decode, log) if isinstance(one, Event)}
    last = date_of(max(event.day for event in events.values()))
    asyncio.run(fold_log_into(database, PROVINCE, log, last))
    monkeypatch.setenv("TIENDO_POSTGRES_DSN", database)
    return events


@pytest.fixture
def restated(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database on which the figures of 5 March were published, and other facts came after."""
    facts = (
        registered("A1", "2019-01-02", "so"),
        *decided("one", "2019-03-04", "2019-03-08"),
        *decided("two", "2019-03-05", "2019-03-04"),
        dossier("day", "2019-03-06"),
        *decided("late", "2019-03-04", "2019-03-03"),
        taken_back("dossier.resolved", "one", "2019-03-07"),
        dossier("other", "2019-03-07"),
    )
    asyncio.run(fold_into(database, PROVINCE, facts, date(2019, 3, 8)))
    monkeypatch.setenv("TIENDO_POSTGRES_DSN", database)
    return database


def all_facts(found: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    """Yield every fact of an answer."""
    if isinstance(found, dict):
        if found.keys() >= {"offset", "recordedtime"}:
            yield found
        for value in found.values():
            yield from all_facts(value)
    elif isinstance(found, list):
        for value in found:
            yield from all_facts(value)


async def shown(dsn: str) -> list[queries.Row]:
    """Return the figures of the whole province."""
    async with queries.reading(dsn) as connection:
        rows = await queries.kpi_current(connection, [PROVINCE])
    return [row for row in rows if row["agency"] == "*"]


def test_every_figure_of_the_house_opens_and_adds_up(
    simulated: dict[int, Event], database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Over each of its windows it is the figure of the view; its subjects add up, and each fact is the event at its offset."""
    opened = 0
    for row in asyncio.run(shown(database)):
        if row["plan"] != "house":
            continue
        arguments = (str(row["indicator"]), "--window", str(row["window"]), "--limit", "0")
        found = told(capsys, *arguments)
        wanted = json_row(
            {name: row[name] for name in ("value", "numerator", "denominator", "unit")}
        )

        assert wanted == {name: found[name] for name in wanted}
        for part in found["parts"]:
            if part["days"]:
                assert part["numerator"] == sum(one["records"] for one in part["days"])
                continue
            for side in ("numerator", "denominator"):
                if part[side] is not None:
                    assert part[side] == sum(one[side] for one in part["subjects"])
                    assert 0 == part["not_listed"][side]
            assert part["in_order"]
        for fact in all_facts(found):
            event = simulated[fact["offset"]]
            opened += 1
            assert fact.keys() == FACT_KEYS
            assert (event.id, event.source) == (fact["id"], fact["source"])
            assert event.fact is not None
            assert (event.fact.type, event.fact.key) == (fact["type"], fact["natural_key"])
    assert opened > 500


def test_targets_open_too(simulated: dict[int, Event], capsys: pytest.CaptureFixture[str]) -> None:
    """Of whatever form; a page of it fits into 100 columns. That all of them add up is a property of `models.opening`."""
    assert simulated
    for target in load_catalogue().province(PROVINCE).targets[::7]:
        name = target.definition.id
        found = told(capsys, name)
        assert 0 == run(["explain", name, "--limit", "2"])
        lines = capsys.readouterr().out.splitlines()

        assert (name, True) == (name, bool(found["parts"]) or found["status"] == "not_measurable")
        assert (name, []) == (name, [line for line in lines if len(line) > 100])
        assert all(len(part["subjects"]) <= 20 for part in found["parts"])


def test_a_list_is_cut_and_says_what_is_left(
    simulated: dict[int, Event], capsys: pytest.CaptureFixture[str]
) -> None:
    """Those that lack come first; what is not listed is told with its sums, and one agency can be asked for."""
    assert simulated
    whole = told(capsys, SHARE, "--window", "plan", "--limit", "0")["parts"][0]
    some = told(capsys, SHARE, "--window", "plan", "--limit", "3")["parts"][0]
    lacking = [one["numerator"] < one["denominator"] for one in whole["subjects"]]

    assert sorted(lacking, reverse=True) == lacking
    assert whole["subjects"][:3] == some["subjects"]
    left = whole["denominator"] - sum(one["denominator"] for one in some["subjects"])
    assert left == some["not_listed"]["denominator"] > 0

    agency = whole["subjects"][-1]["facts"][-1]["agency"]
    own = told(capsys, SHARE, "--window", "plan", "--limit", "0", "--agency", agency)
    assert own["agencies"][0]["denominator"] == own["parts"][0]["denominator"]
    assert own["parts"][0]["subjects"] == [
        one for one in whole["subjects"] if one["facts"][-1]["agency"] == agency
    ]


def test_only_the_fields_that_a_figure_reads_are_shown(
    restated: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the share on time: outcome, due date and when; what else the payload tells stays where it is."""
    assert restated
    found = told(capsys, SHARE)
    read = {name for fact in all_facts(found) for name in fact["fields"]}

    assert {"due_at", "outcome", "resolved_at"} == read


def test_a_published_figure_stands_beside_what_is_known_now(
    restated: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Published 1 of 2; then one came that was late, and the one on time was taken back: what that had brought is only told."""
    assert restated
    change = told(capsys, SHARE, "--as-of", "2019-03-05")["restated"]
    found = {one["subject"]: one for one in change["changes"]}

    assert ("50.0000", 1, 2) == (change["value"], change["numerator"], change["denominator"])
    assert (0, 2) == (change["now"]["numerator"], change["now"]["denominator"])
    assert {"late", "one"} == found.keys()
    assert {"numerator": 0, "denominator": 1} == found["late"]["after"]
    assert [(8, True)] == [(one["offset"], one["retracted"]) for one in found["one"]["facts"]]
    assert {"numerator": -1, "denominator": -1} == change["not_explained"]
    assert None is told(capsys, SHARE)["restated"]


def test_the_facts_that_restated_a_figure_are_named(
    restated: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two dossiers were known when 5 March was closed at offset 5; the one of offset 6 makes three. Of what was resolved one came and one went."""
    assert restated
    found = told(capsys, "dossiers_resolved", "--as-of", "2019-03-05", "--window", "7d")
    received = told(capsys, "dossiers_received", "--as-of", "2019-03-05", "--window", "7d")

    assert None is found["restated"]
    change = received["restated"]
    assert (2, 3) == (change["value"], change["now"]["value"])
    assert ["late"] == [one["subject"] for one in change["changes"]]
    assert [6] == [fact["offset"] for one in change["changes"] for fact in one["facts"]]
    assert change["next_offset"] == 5
    assert {"numerator": 0, "denominator": None} == change["not_explained"]
    assert [("2019-03-01", 1, 3)] == [
        (row["closed_day"], row["value"], row["now"]["value"])
        for row in received["published"]
        if row["closed_day"] == "2019-03-01"
    ]


def test_a_page_tells_what_restated_a_figure(
    restated: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Vietnamese, in 100 columns: from when it was published, what it is now, and the event that came later."""
    assert restated
    capsys.readouterr()
    question = ("dossiers_received", "--as-of", "2019-03-05", "--window", "7d")
    assert 0 == run(["explain", *question, "--province", PROVINCE])
    lines = capsys.readouterr().out.splitlines()
    page = " ".join(" ".join(lines).split())

    assert all(len(line) <= 100 for line in lines)
    assert "từ ngày 04/03/2019: 2 – nay là 3" in page
    assert "Vì sao số của ngày 05/03/2019 đã khác: các sự kiện từ offset 5" in page
    assert "hồ sơ late: 0 → 1" in page


def test_days_and_windows_that_do_not_exist_are_refused(
    restated: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence with the mend."""
    assert restated
    assert "begins on 2019-01-02" in refused(capsys, SHARE, "--as-of", "2018-12-31")
    assert "ends on 2019-03-08" in refused(capsys, SHARE, "--as-of", "2019-03-09")
    assert "take one of 7d, 30d, 90d, year, plan" in refused(capsys, SHARE, "--window", "2d")
    assert "A9 has no part in" in refused(capsys, SHARE, "--agency", "A9")
    assert "the nearest are dossiers_overdue" in refused(capsys, "dossier_overdue")


def test_a_claim_that_folded_nothing_has_nothing_to_open(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing folded yet: the sentence says what to do."""
    monkeypatch.setenv("TIENDO_POSTGRES_DSN", database)

    assert "nothing of tra-vinh was folded yet: start a worker" in refused(capsys, SHARE)


def test_an_agency_with_few_subjects_is_found_among_many(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beyond the subjects that are read in order the database is asked where the agency is named."""
    many = [dossier(f"d-{number:05d}", "2019-03-01") for number in range(6_500)]
    facts = (*many, dossier("z-last", "2019-03-01", "A2"), dossier("a-first", "2019-03-01", "A2"))
    asyncio.run(fold_into(database, PROVINCE, facts, date(2019, 3, 2)))
    monkeypatch.setenv("TIENDO_POSTGRES_DSN", database)

    (part,) = told(capsys, "dossiers_received", "--agency", "A2")["parts"]

    assert ["a-first", "z-last"] == [one["subject"] for one in part["subjects"]]
    assert part["in_order"]
    (part,) = told(capsys, "dossiers_received")["parts"]
    assert (20, 6_482) == (len(part["subjects"]), part["not_listed"]["numerator"])
