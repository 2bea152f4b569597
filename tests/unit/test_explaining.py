"""Explanations of hand-made histories: who takes part in a figure, who is missing, and who comes first."""

from datetime import date
from typing import Final

from models.catalogue import load_catalogue
from models.changes import Mark
from models.days import day_from_date
from models.explaining import Explanation, explain_indicator, explain_target
from models.figures import Sources
from models.messages import Message
from models.restoring import sources_of
from tests.support.drafts import Draft
from tests.support.fold import Worker
from tests.support.plan_facts import deployed, registered, said, told

COMMUNES: Final = (
    registered("X1", "2016-01-04", "xa"),
    registered("X2", "2016-01-04", "xa"),
    registered("H1", "2016-01-04", "huyen"),
)


def worker_of(province: str, day: str, *facts: Draft) -> Worker:
    """Return a province at the close of a day."""
    return told(load_catalogue().province(province), day, facts)


def sources(worker: Worker) -> Sources:
    """Return what figures are made of."""
    return sources_of(worker.catalogue.lists, worker.tables.stored)


def explained(worker: Worker, name: str) -> Explanation:
    """Return a target's explanation at the last closed day."""
    (target,) = (one for one in worker.catalogue.targets if one.definition.id == name)
    closed = worker.tables.mark.closed
    assert closed is not None
    return explain_target(worker.catalogue, target, sources(worker), worker.tables.mark, closed)


def sent(exchange: str, agency: str, medium: str) -> Draft:
    """Return that a department sent a document to the provincial People's Committee."""
    return said(
        "document.exchanged", "2018-03-01", agency, document_id=exchange, exchange_id=exchange,
        sender_agency_id=agency, receiver_agency_id="P", relation="submission_to_ppc", medium=medium, signed=True,
        secret=False, sender_level="so", receiver_level="tinh", sent_at="2018-03-01T08:00:00+07:00", received_at=None,
    )  # fmt: skip


def test_of_a_sum_over_a_population_those_that_bring_nothing_come_first() -> None:
    """Hải Dương wants a site in each commune: the one without is what somebody must look at."""
    worker = worker_of(
        "hai-duong", "2016-12-31", *COMMUNES, deployed("X1", "2016-02-01", "website")
    )

    found = explained(worker, "hai-duong-2017-commune-websites-265")

    assert [("X2", 0), ("X1", 1)] == [(part.agency, part.figure.value) for part in found.agencies]
    assert 1 == found.total.value


def test_of_what_should_be_low_the_highest_come_first() -> None:
    """Bình Thuận wants few documents sent electronically with paper beside: who sends most of them leads."""
    worker = worker_of(
        "binh-thuan",
        "2018-03-02",
        registered("A1", "2018-01-02", "so"),
        registered("A2", "2018-01-02", "so"),
        *(sent(f"one-{n}", "A1", "electronic_only") for n in range(5)),
        sent("two-1", "A2", "electronic_with_paper"),
    )

    found = explained(worker, "binh-thuan-2018-documents-electronic-with-paper")

    assert [("A2", 1, 1), ("A1", 0, 5)] == [
        (part.agency, part.figure.numerator, part.figure.denominator) for part in found.agencies
    ]


def test_an_agency_that_is_in_no_register_takes_part_under_its_code() -> None:
    """Its facts count in the figure of the province, so its part must be seen; it has no name."""
    worker = worker_of("binh-thuan", "2018-03-02", sent("one", "A9", "electronic_only"))
    (indicator,) = (
        one for one in worker.catalogue.indicators if one.id == "documents_electronic_only_share"
    )

    found = explain_indicator(
        worker.catalogue, indicator, sources(worker), day_from_date(date(2018, 3, 2))
    )

    assert [("A9", None, None, 1)] == [
        (part.agency, part.name, part.level, part.figure.numerator) for part in found.agencies
    ]


def test_nothing_is_judged_before_the_first_day_is_closed() -> None:
    """The figure of the open day is there, and no standing."""
    worker = worker_of(
        "hai-duong", "2016-12-31", *COMMUNES, deployed("X1", "2016-02-01", "website")
    )
    open_day = day_from_date(date(2016, 12, 31))
    mark = Mark(first_day=open_day, as_of=open_day)
    (target,) = (
        one
        for one in worker.catalogue.targets
        if one.definition.id == "hai-duong-2017-commune-websites-265"
    )

    found = explain_target(worker.catalogue, target, sources(worker), mark, open_day)

    assert found.standing is None
    assert (open_day, 1) == (found.day, found.total.value)


def test_an_agency_is_told_each_condition_that_it_does_not_meet() -> None:
    """Bình Thuận wants document software used effectively: one department has it and does not use it, one has nothing."""
    worker = worker_of(
        "binh-thuan",
        "2018-03-02",
        registered("A1", "2018-01-02", "so"),
        registered("A2", "2018-01-02", "so"),
        deployed("A1", "2018-01-05", "edoc"),
        said(
            "compliance.assessed", "2018-01-06", "A1", subject_type="agency", subject_id="A1", agency_id="A1",
            criterion="effective_use", result="pass", score=None, assessor_agency_id="P", assessed_at="2018-01-06",
        ),
    )  # fmt: skip

    found = explained(worker, "binh-thuan-2018-edoc-effective-use-so-huyen")

    lacks = {part.agency: [one.number for one in part.lacks] for part in found.agencies}
    texts: list[Message] = [one.text for part in found.agencies for one in part.lacks]
    assert {"A1": [2], "A2": [1, 2]} == lacks
    assert texts[-1].en.startswith("have at least 1 of the handlings of a document")


def test_a_list_names_its_rows_and_those_that_are_open_first() -> None:
    """Trà Vinh wants the post connected and used: the link works, nobody has used it."""
    worker = worker_of(
        "tra-vinh",
        "2019-03-02",
        registered("A1", "2019-01-02", "so"),
        said(
            "system.connected", "2019-02-01", "A1", link_id="post", from_id="A1", to_id="post", agency_id="A1",
            link_type="postal", active=True, connected_at="2019-02-01", plan_item=None,
        ),
    )  # fmt: skip

    found = explained(worker, "tra-vinh-2019-public-postal-service")

    assert [("2", False), ("1", True)] == [(row.row, row.met) for row in found.rows]
    assert () == found.agencies
