"""What the catalogue says beside the targets: baselines, contradictions and the readings taken, assumptions, repetitions.

What is pinned here is printed in a plan; a wording may improve, a value or an id may not.
"""

import unicodedata
from collections import Counter
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

import pytest

from models.catalogue import load_catalogue
from models.catalogue.listing import TargetDefinitionRow
from tests.support.small_catalogue import PLAN_FILE, compiled, files, refusal

BASELINES: Final = {
    "dong-nai-2016-2020": (61, "6746bba94fbc295b"),
    "tra-vinh-2019": (52, "37ea4d5da6eb3056"),
    "ba-ria-vung-tau-2011-2015": (30, "073db0e3688875b3"),
    "hai-duong-2017": (40, "115f9a3c1e60e5cd"),
    "binh-thuan-2018": (5, "92f6f80a8ac6fc39"),
}
"""Printed baselines by plan: how many, and the first 16 hex digits of the SHA-256 of their lines as `line` writes them."""

INCONSISTENCIES: Final = {
    "dong-nai-2016-2020": (14, "97e70e11341ef8e4"),
    "tra-vinh-2019": (14, "756158435a8fe67f"),
    "ba-ria-vung-tau-2011-2015": (18, "f714f9a89e2cddf9"),
    "hai-duong-2017": (9, "10010b3784272ca7"),
    "binh-thuan-2018": (10, "aec1afb56296fde4"),
}
"""Contradictions by plan: how many, and the digest of a line `id section status` each."""

LISTING: Final = load_catalogue().listing
DEFINITIONS: Final = {row.target: row for row in LISTING.definitions}

PRINTED: Final[dict[str, Any]] = {
    "id": "b",
    "section": "II.1",
    "metric": {"vi": "hồ sơ", "en": "dossiers"},
    "value": 30,
    "unit": "%",
    "qualifier": "about",
    "date": "2016-12-29",
}
CONTRADICTION: Final[dict[str, Any]] = {
    "id": "c",
    "section": "II.1",
    "status": "mismatch",
    "contradiction": {"vi": "30% và 40%", "en": "30% and 40%"},
    "reading": {"vi": "lấy 30%", "en": "30% is taken"},
    "targets": ["t"],
}


def digest(lines: list[str]) -> tuple[int, str]:
    """Return how many lines, and the beginning of their hash."""
    return len(lines), sha256("\n".join(lines).encode()).hexdigest()[:16]


def second(plan: dict[str, Any], **more: Any) -> None:  # noqa: ANN401 - as YAML gives it
    """Add a second target, called `u`."""
    plan["targets"].append({**plan["targets"][0], "id": "u", **more})


def definition(data: dict[str, Any], target: str = "t") -> TargetDefinitionRow:
    """Return the row of a target of the first province."""
    rows = compiled(data).listing.definitions
    return next(row for row in rows if (row.province, row.target) == ("dong-nai", target))


@pytest.mark.parametrize("name", BASELINES)
def test_a_plan_lists_every_baseline_that_it_prints(name: str) -> None:
    """Value, unit, qualifier and section are those of the plan."""
    lines = [
        f"{one.baseline} {'' if one.value is None else one.value} {one.unit} {one.qualifier}"
        f" {one.section} {one.golden}"
        for one in LISTING.baselines
        if one.plan == name
    ]

    assert BASELINES[name] == digest(lines)


def test_35_baselines_check_the_engine() -> None:
    """Those marked golden: events that carry them must give them."""
    assert 35 == sum(one.golden for one in LISTING.baselines)


@pytest.mark.parametrize("name", INCONSISTENCIES)
def test_a_plan_lists_every_contradiction_with_the_reading_taken(name: str) -> None:
    """Also where the numbers agree: then the reading says what they are taken for."""
    found = [one for one in LISTING.inconsistencies if one.plan == name]

    assert INCONSISTENCIES[name] == digest(
        [f"{one.inconsistency} {one.section} {one.status}" for one in found]
    )


def test_there_are_68_contradictions_three_of_them_of_several_plans() -> None:
    """The house's stand under every province, so that each province's page is whole."""
    shared = {one.inconsistency for one in LISTING.inconsistencies if one.plan == "house"}
    once = {one.inconsistency: one.status for one in LISTING.inconsistencies}

    assert {"law-date", "no-on-time-target", "no-regular-use-rule"} == shared
    assert {"ambiguous": 12, "mismatch": 30, "note": 13, "ok": 13} == Counter(once.values())


def test_every_definition_says_what_it_assumes() -> None:
    """No plan defines its words: whatever counts events reads something into a sentence."""
    silent = [
        target.definition.id
        for province in load_catalogue().provinces.values()
        for target in province.targets
        if target.definition.indicator is not None
        and DEFINITIONS[target.definition.id].house_rule_vi is None
    ]

    assert [] == silent


def test_a_target_without_a_value_says_what_is_missing() -> None:
    """Twenty directions have no number in the plans."""
    directions = [row.target for row in LISTING.targets if row.target_value is None]

    assert 20 == len(directions)
    assert [] == [one for one in directions if DEFINITIONS[one].missing_vi is None]


def test_a_repeated_commitment_is_counted_once() -> None:
    """Of a commitment that stands twice the one that names the other is judged and not counted; both name each other."""
    lan = DEFINITIONS["binh-thuan-2018-district-lan"]
    joined = DEFINITIONS["binh-thuan-2018-district-agencies-on-lan"]

    assert (True, (joined.target,)) == (lan.counted, lan.overlaps_with)
    assert (False, (lan.target,)) == (joined.counted, joined.overlaps_with)
    assert 257 == sum(row.counted for row in LISTING.definitions)
    assert [] == [
        (row.target, other)
        for row in LISTING.definitions
        for other in row.overlaps_with
        if row.target not in DEFINITIONS[other].overlaps_with
        or row.counted == DEFINITIONS[other].counted
    ]


def test_six_projects_are_six_commitments_and_their_sum_none_more() -> None:
    """What repeats several others takes none of them out of the count."""
    whole = DEFINITIONS["ba-ria-vung-tau-2011-2015-projects-all-6"]

    assert (False, 6) == (whole.counted, len(whole.overlaps_with))
    assert all(DEFINITIONS[part].counted for part in whole.overlaps_with)


def test_the_readings_of_a_target_are_those_that_concern_it() -> None:
    """Trà Vinh's 'over 30 %' is read by dossiers; the report's cut-off concerns every target of the plan."""
    row = DEFINITIONS["tra-vinh-2019-online-level-3-4-received"]
    readings = {
        one.inconsistency: one.reading_vi
        for one in LISTING.inconsistencies
        if row.target in one.targets
    }

    assert ["tra-vinh-share-30", "tra-vinh-windows", "tra-vinh-report-before-year-end"] == list(
        readings
    )
    assert tuple(readings.values()) == row.readings_vi


def test_a_range_keeps_both_ends() -> None:
    """Bình Thuận, III.2: at least 0.4 - 0.5 %; it is met from the lower end."""
    (target,) = (one for one in LISTING.targets if one.target == "binh-thuan-2018-budget-share-it")

    assert (Decimal("0.4"), Decimal("0.5")) == (
        target.target_value,
        DEFINITIONS[target.target].upper_value,
    )


def test_money_is_printed_to_the_dong() -> None:
    """Bình Thuận, IV: the need is the sum of its two parts, exactly."""
    money = {one.target: one.target_value for one in LISTING.targets if one.unit == "VND"}

    assert {
        "binh-thuan-2018-budget-2018-total": Decimal(13_827_047_902),
        "binh-thuan-2018-budget-2017-projects-paid": Decimal(6_538_172_960),
        "binh-thuan-2018-budget-2018-new-projects": Decimal(7_288_874_942),
    } == money


def test_every_text_is_normalised_and_in_both_languages() -> None:
    """Vietnamese is NFC; nothing is empty."""
    rows = (
        *LISTING.definitions, *LISTING.baselines, *LISTING.inconsistencies, *LISTING.reading_dates,
    )  # fmt: skip
    texts = [value for row in rows for value in row if isinstance(value, str)]
    texts += [text for row in LISTING.definitions for text in (*row.readings_vi, *row.readings_en)]

    assert [] == [text for text in texts if not text or text != unicodedata.normalize("NFC", text)]


def test_a_target_may_name_the_baseline_that_it_starts_from() -> None:
    """Value, unit, qualifier and day are said once, in the list."""
    data = files()
    data[PLAN_FILE]["baselines"] = [PRINTED]
    data[PLAN_FILE]["targets"][0]["baseline"] = "b"

    row = definition(data)

    assert (Decimal(30), "%", "about", "II.1") == (
        row.baseline_value,
        row.baseline_unit,
        row.baseline_qualifier,
        row.baseline_section,
    )


def test_a_baseline_starts_the_course_only_in_the_target_s_own_unit() -> None:
    """Thirty sites are no 30 %; they are shown, and nothing is expected from them."""
    values = {}
    for unit in ("%", "sites"):
        data = files()
        data[PLAN_FILE]["baselines"] = [{**PRINTED, "unit": unit}]
        data[PLAN_FILE]["targets"][0]["baseline"] = "b"
        catalogue = compiled(data)
        values[unit] = (
            catalogue.province("dong-nai").targets[0].terms.baseline,
            catalogue.listing.targets[0].baseline_value,
            definition(data).baseline_value,
        )

    assert {
        "%": ((30, 1), Decimal(30), Decimal(30)),
        "sites": (None, None, Decimal(30)),
    } == values


def test_the_words_of_a_definition_do_not_change_its_version() -> None:
    """A better wording gives no other figure."""
    versions = {
        tuple(row.definition_version for row in compiled(data).listing.indicators)
        for data in (files(), _reworded())
    }

    assert 1 == len(versions)


def _reworded() -> dict[str, Any]:
    data = files()
    rule = {"vi": "cách hiểu khác", "en": "another wording"}
    data[PLAN_FILE]["targets"][0]["indicator"]["house_rule"] = rule
    data["house.yaml"]["indicators"]["dossiers"]["name"] = rule
    return data


SPOILT: Final[list[tuple[dict[str, Any], dict[str, Any], str]]] = [
    ({}, {"baseline": "b"}, "t: baseline: b is no baseline of the plan"),
    ({"baselines": [PRINTED, PRINTED]}, {}, "b: id: stands twice"),
    (
        {"baselines": [{**PRINTED, "value": None}]},
        {},
        "b: definition: value is needed, except of a day (unit date)",
    ),
    ({"baselines": [{**PRINTED, "since": "2017-01-01"}]}, {}, "b: definition: since is after date"),
    (
        {"baselines": [{**PRINTED, "qualifier": ">"}]},
        {},
        "b: qualifier: Input should be 'exact', 'over', 'about' or 'nearly'",
    ),
    ({}, {"baseline": {"value": 3, "of": ["b"]}}, "t: baseline.of: b is no baseline"),
    (
        {},
        {"upper": 100},
        "t: definition: upper is the end of a range: at_least, from a lower value",
    ),
    ({"inconsistencies": [CONTRADICTION, CONTRADICTION]}, {}, "c: id: stands twice"),
    (
        {"inconsistencies": [{**CONTRADICTION, "targets": ["x"]}]},
        {},
        "c: targets: x is no target of the plan",
    ),
    ({}, {"overlaps_with": ["x"]}, "t: overlaps_with: x is no target of the plan"),
    ({}, {"overlaps_with": ["t"]}, "t: overlaps_with: t repeats another target itself"),
]


@pytest.mark.parametrize(("plan", "target", "message"), SPOILT)
def test_a_mistake_is_named_by_file_id_and_field(
    plan: dict[str, Any], target: dict[str, Any], message: str
) -> None:
    """Whatever a plan's parts say of one another must be there."""
    data = files()
    data[PLAN_FILE] |= plan
    data[PLAN_FILE]["targets"][0] |= target

    assert f"{PLAN_FILE}: {message}" == refusal(data)


def test_a_target_cannot_repeat_one_that_repeats_another() -> None:
    """Else neither would be counted."""
    data = files()
    second(data[PLAN_FILE], overlaps_with=["t"])
    data[PLAN_FILE]["targets"].append(
        {**data[PLAN_FILE]["targets"][0], "id": "v", "overlaps_with": ["u"]}
    )

    assert f"{PLAN_FILE}: v: overlaps_with: u repeats another target itself" == refusal(data)


@pytest.mark.parametrize("day", ["2016-12-31", "2017-12-31"])
def test_a_plan_is_read_beside_its_end_only_before_it(day: str) -> None:
    """The end itself is when every target is read anyway."""
    data = files()
    reading = {"day": day, "section": "VI", "name": {"vi": "báo cáo", "en": "reports"}}
    data[PLAN_FILE]["plan"]["reading_dates"] = [reading]

    said = f"{PLAN_FILE}: dong-nai-plan: reading_dates: {day} is not before the plan's end"
    assert said == refusal(data)


def test_what_the_house_says_of_plans_names_their_targets() -> None:
    """A target of any plan, and of no other."""
    data = files()
    data["house.yaml"]["inconsistencies"] = [{**CONTRADICTION, "targets": ["x"]}]

    assert "house.yaml: c: targets: x is no target of a plan" == refusal(data)
