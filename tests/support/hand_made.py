"""Rows made by hand, for tests of the tables: a listing, a day's changes, and the book that they leave."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from models.catalogue.listing import (
    BaselineRow,
    DutyRow,
    InconsistencyRow,
    IndicatorMeasureRow,
    IndicatorRow,
    Listing,
    ProblemDefinitionRow,
    ReadingDateRow,
    TargetDefinitionRow,
    TargetRow,
)
from models.changes import (
    AgencyRow,
    AlertRow,
    AttainmentRow,
    Changes,
    CloseRow,
    FeedRow,
    Figure,
    HistoryRow,
    KpiKey,
    Mark,
    ObligationKey,
    ObligationRow,
    OutboxMessage,
    PaneKey,
    PartKey,
    ProblemRow,
)
from models.days import Day, Instant, day_from_date
from models.facts import Assertion, DeadLetter, FactKey, Record
from models.parts import REGISTERED, encode

PROVINCE: Final = "dong-nai"
DAY: Final = day_from_date(date(2019, 10, 31))
START: Final = Mark()
MARK: Final = Mark(
    next_offset=5,
    last_crc=4_294_967_295,
    first_day=Day(DAY - 30),
    as_of=DAY,
    closed=Day(DAY - 1),
    watermark=Instant(1_572_500_000_123_456),
    outbox_seq=2,
    dead_letters=3,
    dead_letters_kept=2,
    dead_letter_bytes=12_289,
)
NEXT_MARK: Final = replace(MARK, next_offset=9, last_crc=0)
SHARE: Final = KpiKey("house", "on_time_share", "*")
ALERT: Final = AlertRow(
    alert_id="a1",
    dedup_key="dong-nai/dn/target_behind/t1",
    plan="dn",
    rule="target_behind",
    target="t1",
    agency=None,
    severity="error",
    state="firing",
    reason_vi="Chậm tiến độ: 1,5 so với 3",
    reason_en="Behind: 1.5 against 3",
    value=Decimal("1.5"),
    expected=3,
    starts_at=Day(DAY - 8),
    ends_at=None,
    revision=1,
    closed_day=Day(DAY - 1),
    action="triggered",
)


def indicator(
    name: str, kind: str, *, windows: tuple[str, ...] = ("now",), per_agency: bool = True
) -> IndicatorRow:
    """Return a house indicator of the province."""
    unit = "%" if kind == "ratio" else "dossiers"
    return IndicatorRow(
        PROVINCE,
        "house",
        name,
        kind,
        unit,
        windows,
        per_agency,
        f"{name}-v1",
        f"{name} vi",
        f"{name} en",
    )


LISTING: Final = Listing(
    indicators=(
        indicator("on_time_share", "ratio", windows=("7d", "year")),
        indicator("open", "stock"),
        indicator("working_days_median", "median", windows=("7d",)),
        indicator("portal_opened", "milestone", per_agency=False),
    ),
    measures=(
        IndicatorMeasureRow(PROVINCE, "house", "on_time_share", "numerator", "on_time", stock=False),
        IndicatorMeasureRow(PROVINCE, "house", "on_time_share", "denominator", "due", stock=False),
        IndicatorMeasureRow(PROVINCE, "house", "open", "value", "open", stock=True),
        IndicatorMeasureRow(PROVINCE, "house", "working_days_median", "bucket", "days", stock=False),
    ),
    targets=(
        TargetRow(
            PROVINCE, "dn", "t1", "coverage", "at_least", Decimal("75.5"), "%", Day(DAY + 60), None,
            "quantified", "II.1", "75,5 % cán bộ", "75.5 % of officials",
        ),
        TargetRow(PROVINCE, "dn", "t2", "milestone", "at_least", None, "", None, Decimal(0), "undated", "II.2", "Có cổng", "Has a portal"),
    ),
    definitions=(
        TargetDefinitionRow(
            PROVINCE, "dn", "t1", "thường xuyên = 8 ngày", "regularly = 8 days", ("lấy 30%",), ("30% is taken",),
            ("t2",), counted=True, upper_value=Decimal("80.5"), baseline_value=Decimal("30.25"), baseline_unit="%",
            baseline_qualifier="over", baseline_date=Day(DAY - 900), baseline_section="I.1",
            missing_vi="mẫu số", missing_en="the denominator",
        ),
        TargetDefinitionRow(
            PROVINCE, "dn", "t2", None, None, (), (), ("t1",), counted=False, upper_value=None, baseline_value=None,
            baseline_unit=None, baseline_qualifier=None, baseline_date=None, baseline_section=None,
            missing_vi=None, missing_en=None,
        ),
    ),
    baselines=(
        BaselineRow(
            PROVINCE, "dn", "b1", "I.1", "hồ sơ", "dossiers", Decimal(632), "tỷ VND", "over", Day(DAY - 1800), Day(DAY - 900),
            golden=True, note="from 2011 on",
        ),
        BaselineRow(PROVINCE, "dn", "b2", "I.2", "ngày", "a day", None, "date", "exact", None, Day(DAY - 900), golden=False, note=None),
    ),
    inconsistencies=(
        InconsistencyRow(PROVINCE, "dn", "c1", "I.1 / II", "mismatch", "30% và 40%", "30% and 40%", "lấy 30%", "30% is taken", ("t1",)),
    ),
    reading_dates=(ReadingDateRow(PROVINCE, "dn", Day(DAY - 5), "VI", "báo cáo", "reports"),),
    duties=(
        DutyRow(PROVINCE, "dn", "r1", "Sở TTTT", "IX.1", "Báo cáo năm", "A yearly report", "cuối năm", "the year's end", None),
        DutyRow(PROVINCE, "dn", "r2", None, "IX.2", "Đôn đốc", "Urging", "không có hạn", "never due", "continuous"),
    ),
    problems=(
        ProblemDefinitionRow(
            PROVINCE, "dn", "p1", "II.6", "stated", "Ít dùng thư", "Mail is little used", "%", "at_least", Decimal(20),
            "ít = từ 20%", "little = from 20 %", None, None,
        ),
        ProblemDefinitionRow(
            PROVINCE, "dn", "p2", "III.3", "implied", "Trùng lặp", "Overlap", None, None, None, None, None, "không có", "none",
        ),
    ),
)  # fmt: skip


def agency(
    code: str, *, registered: bool = True, active: bool = True, silent_since: Day | None = None
) -> AgencyRow:
    """Return an agency, in good order unless told otherwise."""
    return AgencyRow(code, registered, active, silent_since)


def register(code: str, names: Mapping[int, str | None]) -> bytes:
    """Return the stored registrations of an agency: day -> what it is called from then on; None: taken back."""
    return encode(
        [
            (
                FactKey(REGISTERED, code, day),
                Assertion(
                    Instant(day), "s", f"{code}/{day}", "" if name is None else json.dumps({"name": name}), code, Day(day), day,
                    0, None if name is None else {"name": name},
                ),
            )
            for day, name in names.items()
        ]
    )  # fmt: skip


REGISTER: Final = register("A", {DAY - 400: "Sở cũ", DAY - 9: "Sở Y tế", DAY + 9: "Sở mới"})
"""Of an agency that was called otherwise before, and will be again."""


def changes(base: Mark = START, mark: Mark = MARK) -> Changes:
    """Return changes with a row for every table."""
    return Changes(
        province=PROVINCE,
        base=base,
        mark=mark,
        parts={
            PartKey("dossier", "d/2", ""): b"two",
            PartKey("dossier", "d/1", ""): b"one",
            PartKey("official", "o1", ""): b"main",
            PartKey("official", "o1", "2019-10"): b"\x00\xff",
            PartKey("agency", "A", ""): REGISTER,
        },
        panes={
            PaneKey("open", "", "A", DAY): 12,
            PaneKey("paid", "", "B", Day(DAY - 400)): Decimal("3200000.25"),
            PaneKey("open", "", "A", Day(DAY + 3_000_000)): -1,
        },
        kept={("dossier.received", "A"): 12, ("payment.made", "B"): 1},
        agencies={"A": agency("A"), "B": agency("B", registered=False, active=False, silent_since=Day(DAY - 3))},
        kpi={
            SHARE: (Figure(Decimal("75.0000"), 3, 4), Figure(None, 0, 0)),
            KpiKey("house", "open", "A"): (Figure(0, None, None),),
        },
        history=[HistoryRow(SHARE, "7d", Day(DAY - 1), Figure(Decimal("75.0000"), 3, 4), "on_time_share-v1")],
        closes=[CloseRow(Day(DAY - 1), 4)],
        attainment={
            "t1": AttainmentRow(
                "t1", Day(DAY - 1), Figure(Decimal("75.0000"), 3, 4), Decimal("80.5"), Decimal("0.9317"),
                Day(DAY + 90), "behind", Day(DAY - 8), None,
            ),
        },
        readings=[
            AttainmentRow(
                "t1", Day(DAY - 5), Figure(Decimal("70.0000"), 7, 10), Decimal(80), None, None, "behind", Day(DAY - 8), None,
            ),
            AttainmentRow(
                "t1", Day(DAY - 6), Figure(None, 0, 0), None, None, None, "no_data", Day(DAY - 6), "no_value",
            ),
        ],
        obligations={
            row.key: row
            for row in (
                ObligationRow(ObligationKey("r1", "2018", "A"), Day(DAY - 300), "filed_late", Day(DAY - 290)),
                ObligationRow(ObligationKey("r1", "2018", "B"), Day(DAY - 300), "late", None),
                ObligationRow(ObligationKey("r1", "2019", "A"), Day(DAY + 61), "not_due", None),
                ObligationRow(ObligationKey("r2", "", "*"), None, "not_measurable", None),
            )
        },
        problems={
            "p1": ProblemRow("p1", "raised", Day(DAY - 9), Figure(Decimal("25.0000"), 1, 4)),
        },
        alerts=[ALERT],
        outbox=[
            OutboxMessage(1, "alerts.dong-nai", b"key", b"{}", (("content-type", b"application/json"), ("n\0", b"\xff"))),
            OutboxMessage(2, "deadletters.dong-nai", None, b"\xff", ()),
        ],
        dead_letters=[
            DeadLetter(
                Record(PROVINCE, 4, 1_572_500_000_123, b"\xfe", None, (("h", b"\xff"), ("h", b""))),
                "null_value", None, "a record needs a value",
            ),
            DeadLetter(
                Record(PROVINCE, 2, 1_572_500_000_122, None, b"secret", ()),
                "not_cloudevent", "id", "must be text without NUL", "e\0\ud800", "s", "A",
            ),
        ],
        feeds={
            ("A", "urn:x"): FeedRow("A", "urn:x", Instant(1_572_500_000_123_456), Instant(1_572_500_001_000_000), 3, 1, 1, 0),
            ("", ""): FeedRow("", "", None, Instant(1_572_500_000_123_000), 0, 0, 0, 1),
        },
    )  # fmt: skip


def empty(base: Mark, mark: Mark) -> Changes:
    """Return changes that move the mark and nothing else."""
    return Changes(PROVINCE, base, mark)
