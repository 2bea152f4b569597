"""Whatever is wrong with a definition is one error that names file, id and field."""

from typing import Any, Final

import pytest

from tests.support.small_catalogue import MEASURES, PLAN_FILE, RATIO, files, plan_of, refusal, spoil

SPOILT: Final[list[tuple[str, str, Any, str]]] = [
    # what a file may hold
    (
        "measures.yaml",
        "",
        None,
        "measures.yaml: file: definition: is no mapping",
    ),
    (
        "measures.yaml",
        "",
        [1],
        "measures.yaml: file: definition: is no mapping",
    ),
    ("measures.yaml", "more", 1, "measures.yaml: file: more: Extra inputs are not permitted"),
    ("house.yaml", "indicators", ..., "house.yaml: file: indicators: Field required"),
    # measures
    (
        "measures.yaml",
        "measures.received.flow.were",
        {},
        "measures.yaml: received: flow.were: Extra inputs are not permitted",
    ),
    (
        "measures.yaml",
        "measures.received.flow",
        ...,
        "measures.yaml: received: definition: give exactly one of flow, stock, latest",
    ),
    (
        "measures.yaml",
        "measures.received.flow.fact",
        "dossier.lost",
        "measures.yaml: received: fact: dossier.lost is no event type",
    ),
    (
        "measures.yaml",
        "measures.received.flow.where",
        {"channel": "online"},
        "measures.yaml: received: channel: is no field of dossier.received",
    ),
    (
        "measures.yaml",
        "measures.received.flow.first",
        "often",
        (
            "measures.yaml: received: flow.first: Input should be a valid boolean, "
            "unable to interpret input"
        ),
    ),
    (
        "measures.yaml",
        "measures.received.subject",
        "official",
        "measures.yaml: received: fact: dossier.received tells about dossier, not about official",
    ),
    (
        PLAN_FILE,
        "measures.own.flow.fact",
        "dossier.lost",
        f"{PLAN_FILE}: own: fact: dossier.lost is no event type",
    ),
    (
        PLAN_FILE,
        "measures.received",
        MEASURES["measures"]["received"],
        f"{PLAN_FILE}: received: measures: measures.yaml has a measure of this name",
    ),
    # house indicators
    (
        "house.yaml",
        "indicators.dossiers.unit",
        ...,
        "house.yaml: dossiers: unit: Field required",
    ),
    (
        "house.yaml",
        "indicators.dossiers.ratio",
        RATIO,
        (
            "house.yaml: dossiers: definition: give exactly one of value, least, ratio, latest, "
            "median, agencies, checklist, change"
        ),
    ),
    (
        "house.yaml",
        "indicators.dossiers.value",
        "lost",
        "house.yaml: dossiers: value1: lost is no measure",
    ),
    (
        "house.yaml",
        "indicators.dossiers",
        {
            "name": {"vi": "Kênh nộp hồ sơ", "en": "Channel"},
            "unit": "dossiers",
            "median": {
                "subject": "dossier",
                "flow": {"fact": "dossier.received", "bucket": "intake_channel"},
            },
        },
        "house.yaml: dossiers: median: the buckets of dossiers.median are no whole numbers",
    ),
    (
        "house.yaml",
        "indicators.dossiers.over",
        {"list": "services"},
        "house.yaml: dossiers: list: services is no list of the plan",
    ),
    (
        "house.yaml",
        "indicators.dossiers.window",
        "8d",
        "house.yaml: dossiers: window: Input should be 'now', '7d', '30d', '90d', 'year' or 'plan'",
    ),
    # plans
    (
        PLAN_FILE,
        "plan.province",
        "ha-noi",
        f"{PLAN_FILE}: dong-nai-plan: province: ha-noi is no province",
    ),
    (
        "plans/tra-vinh.yaml",
        "plan.province",
        "dong-nai",
        "plans/tra-vinh.yaml: tra-vinh-plan: province: dong-nai has another plan already",
    ),
    (
        PLAN_FILE,
        "plan.period_end",
        "2017-12-32",
        (
            f"{PLAN_FILE}: dong-nai-plan: period_end: Input should be a valid date or datetime, "
            "day value is outside expected range"
        ),
    ),
    # targets
    (
        PLAN_FILE,
        "targets.0.deadline",
        ...,
        f"{PLAN_FILE}: t: deadline: Field required",
    ),
    (
        PLAN_FILE,
        "targets.0.id",
        ...,
        f"{PLAN_FILE}: entry 1: id: Field required",
    ),
    (
        PLAN_FILE,
        "targets.0.operator",
        "=",
        (
            f"{PLAN_FILE}: t: operator: Input should be 'at_least', 'more_than', 'at_most', "
            "'less_than' or 'equal'"
        ),
    ),
    (
        PLAN_FILE,
        "targets.1",
        plan_of("dong-nai")["targets"][0],
        f"{PLAN_FILE}: t: id: stands twice",
    ),
    (
        PLAN_FILE,
        "targets.0.overlaps_with",
        ["u"],
        f"{PLAN_FILE}: t: overlaps_with: u is no target of the plan",
    ),
    (
        PLAN_FILE,
        "targets.0.assumed_value",
        50,
        f"{PLAN_FILE}: t: definition: an assumed_value stands only where the plan prints no value",
    ),
    (
        PLAN_FILE,
        "targets.0",
        {**plan_of("dong-nai")["targets"][0], "value": None, "assumed_value": 50},
        f"{PLAN_FILE}: t: definition: an assumed_value needs a house_rule that tells it",
    ),
    (
        PLAN_FILE,
        "targets.0.kind",
        "milestone",
        f"{PLAN_FILE}: t: indicator: a milestone is a checklist",
    ),
]

SPOILT_INDICATORS: Final[list[tuple[Any, str]]] = [
    ({}, "indicator: give exactly one of"),
    ({"ratio": {"num": "received"}}, "indicator.ratio.den: Field required"),
    (
        {"ratio": {"num": [], "den": "received"}},
        "indicator.ratio.num: Value should have at least 1 item",
    ),
    ({"ratio": {"num": "lost", "den": "received"}}, "num1: lost is no measure"),
    ({"ratio": {"num": "received", "den": "open"}}, "window: flows and stocks cannot be read over"),
    ({"ratio": {"num": ["levels", "received"], "den": "received"}}, "num1: a `latest` is no sum"),
    ({"value": "open", "window": "year"}, "window: a stock is read now, not over year"),
    ({"value": "levels"}, "value1: a `latest` is no sum; it stands alone"),
    ({"latest": MEASURES["measures"]["open"]}, "latest: needs a measure of the form latest"),
    ({"median": "received"}, "median: received has no bucket"),
    ({"median": "records"}, "median: records has no bucket"),
    ({"median": "levels"}, "median: a `latest` is no sum; it stands alone"),
    (
        {"change": {"of": {"value": "received"}, "against": {}}},
        "indicator.change.against: give exactly",
    ),
    (
        {"change": {"of": {"value": "received"}, "against": {"years": None}}},
        "indicator.change.against: give exactly one of years, latest, reference",
    ),
    (
        {"change": {"of": {"value": "received"}, "against": {"years": 1}}},
        "indicator.change.against.years: Input should be less than or equal to -1",
    ),
    (
        {"change": {"of": {"value": "lost"}, "against": {"years": -1}}},
        "value1: lost is no measure",
    ),
    (
        {"agencies": {"of": {"list": "services"}, "meet": [{"figure": "received"}]}},
        "list: services is no list of the plan",
    ),
    (
        {"agencies": {"of": {"levels": ["xa"]}, "meet": [{"figure": "received"}]}},
        "indicator.agencies.of.levels: Extra inputs are not permitted",
    ),
    (
        {"agencies": {"of": {}, "meet": [{"figure": "received", "ratio": RATIO}]}},
        "indicator.agencies.meet.0: give either figure or ratio",
    ),
    ({"agencies": {"of": {}, "meet": [{"figure": "lost"}]}}, "meet1.figure1: lost is no measure"),
    (
        {"agencies": {"of": {}, "meet": [{"figure": "records", "at_least": 2}]}},
        "meet1: of `records` it can be asked only whether there are any",
    ),
    (
        {"agencies": {"of": {}, "among": [{"figure": "lost"}], "meet": [{"figure": "received"}]}},
        "among1.figure1: lost is no measure",
    ),
    (
        {"agencies": {"of": {}, "meet": [{"figure": "open"}], "weigh": ["open", "received"]}},
        "weigh: agencies are weighed by stocks; a flow has no sum on a day",
    ),
    (
        {"agencies": {"of": {}, "meet": [{"figure": "open"}], "weigh": "levels"}},
        "weigh1: a `latest` is no sum; it stands alone",
    ),
    ({"least": ["received"]}, "indicator.least: List should have at least 2 items"),
    ({"least": ["received", "open"]}, "window: flows and stocks cannot be read over one window"),
    (
        {"agencies": {"of": {}, "meet": [{"figure": "open", "window": "30d"}]}},
        "window: a stock is read now, not over 30d",
    ),
    (
        {"checklist": {"items": ["a"]}},
        "indicator.checklist: give items (or list) with each, or rows",
    ),
    ({"checklist": {"items": ["a"], "each": "received"}}, "each: received has no bucket to find"),
    ({"checklist": {"items": ["a", "a"], "each": "deployed"}}, "items: an item stands twice"),
    ({"checklist": {"list": "services", "each": "deployed"}}, "list: services is no list of the"),
    (
        {"checklist": {"rows": [{"figure": "open", "window": "30d"}]}},
        "window: a stock is read now, not over 30d",
    ),
    (
        {"checklist": {"rows": ["open", {"figure": "received", "ratio": RATIO}]}},
        "indicator.checklist.rows.1: give either figure or ratio",
    ),
    ({"checklist": {"rows": ["levels"]}}, "row1.figure1: a `latest` is no sum; it stands alone"),
    ({"value": {"subject": "dossier", "flow": {"fact": "x"}}}, "fact: x is no event type"),
    (
        {
            "value": {
                "subject": "dossier",
                "stock": {"all": [{"has": {"fact": "dossier.received", "were": 1}}]},
            }
        },
        "indicator.value.stock.all.0.has.were: Extra inputs are not permitted",
    ),
    (
        {
            "value": {
                "subject": "dossier",
                "flow": {"fact": "dossier.received", "where": {"due_at": {"gtt": 3}}},
            }
        },
        "indicator.value.flow.where.due_at.gtt: Extra inputs are not permitted",
    ),
    (
        {"ratio": {"num": ["received", {"subject": "dossier"}], "den": "received"}},
        "indicator.ratio.num.1: give exactly one of flow, stock, latest",
    ),
]


@pytest.mark.parametrize(("file", "path", "value", "message"), SPOILT)
def test_a_mistake_is_named_by_file_id_and_field(
    file: str,
    path: str,
    value: Any,  # noqa: ANN401 - as YAML gives it
    message: str,
) -> None:
    """The first fault is the error; nothing is computed from the rest."""
    data = files()
    if path:
        spoil(data[file], path, value)
    else:
        data[file] = value

    assert message == refusal(data)


@pytest.mark.parametrize(("indicator", "message"), SPOILT_INDICATORS)
def test_a_mistake_in_a_target_s_indicator_is_named_by_file_id_and_field(
    indicator: Any,  # noqa: ANN401 - as YAML gives it
    message: str,
) -> None:
    """Wherever in a nested form it stands."""
    data = files()
    data[PLAN_FILE]["targets"][0]["indicator"] = indicator

    said = refusal(data)

    assert f"{PLAN_FILE}: t: {message}" == said[: len(f"{PLAN_FILE}: t: {message}")]


def test_several_faults_of_a_file_are_counted() -> None:
    """The first is told, and how many are behind it."""
    data = files()
    del data[PLAN_FILE]["targets"][0]["deadline"], data[PLAN_FILE]["targets"][0]["unit"]

    assert f"{PLAN_FILE}: t: unit: Field required (and 1 more)" == refusal(data)
