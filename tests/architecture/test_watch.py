"""What watches over tiendo asks only for what there is: rules and panels name metrics and labels that a worker exports."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from streams.metrics import Metrics

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy/prometheus/tiendo.rules.yml"
DASHBOARD = ROOT / "deploy/grafana/dashboards/tiendo.json"
PROVISIONING = ROOT / "deploy/grafana/provisioning"

NAME: Final = re.compile(r"(?<![\w$\"])[a-zA-Z_:][\w:]*(?!\w*\()")
GROUPED: Final = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
SELECTED: Final = re.compile(r"([a-z_]+)\{([^}]*)\}")
WORDS: Final = frozenset({"by", "without", "on", "ignoring", "and", "or", "unless", "bool", "le"})
SUFFIXES: Final = {
    "counter": ("_total",),
    "histogram": ("_bucket", "_sum", "_count"),
    "gauge": ("",),
}


def exported() -> dict[str, set[str]]:
    """Return series -> its labels, as Prometheus stores them."""
    series: dict[str, set[str]] = {"up": {"job", "instance"}}
    for metric in vars(Metrics()).values():
        if not hasattr(metric, "_labelnames"):
            continue
        (family,) = metric.describe()
        for suffix in SUFFIXES[family.type]:
            bucket = {"le"} if suffix == "_bucket" else set()
            series[family.name + suffix] = {*metric._labelnames, *bucket, "job", "instance"}
    return series


def asked(expression: str) -> tuple[set[str], list[tuple[str, str]], set[str]]:
    """Return the series, the (series, label) selections and the labels that an expression groups by."""
    labels = {
        label.strip() for found in GROUPED.findall(expression) for label in found.split(",")
    } - {""}
    selections = [
        (series, label)
        for series, inside in SELECTED.findall(expression)
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", inside)
    ]
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", "", GROUPED.sub("", expression))
    names = {
        name
        for name in NAME.findall(bare)
        if name not in WORDS and not re.search(rf"\b{name}\s*\(", bare)
    }
    return names, selections, labels


def expressions() -> Iterator[tuple[str, str]]:
    """Yield every expression with where it stands."""
    for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            if "expr" in target:
                yield panel["title"], target["expr"]


def panels() -> list[dict[str, Any]]:
    """Return the dashboard's panels."""
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return found


def unknown(expression: str, series: Mapping[str, set[str]]) -> set[str]:
    """Return what an expression asks for and nobody exports."""
    names, selections, labels = asked(expression)
    lost = {name for name in names if name not in series}
    lost |= {f"{name}{{{label}}}" for name, label in selections if label not in series[name]}
    known = set[str]().union(*(series[name] for name in names & series.keys()))
    return lost | (labels - known)


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_rules_and_panels_ask_for_series_and_labels_that_workers_export(
    where: str, expression: str
) -> None:
    """A metric that is renamed takes its alerts and its panels with it."""
    assert asked(expression)[0], where
    assert set() == unknown(expression, exported()), where


def test_an_expression_that_asks_for_nothing_there_is_found_out() -> None:
    """The test above can fail: by a name, by a selected label, by a grouped one."""
    series = exported()

    assert {"tiendo_lag"} == unknown("max by (province) (tiendo_lag) > 1", series) - {"province"}
    assert {"tiendo_records_total{agency}"} == unknown(
        'rate(tiendo_records_total{agency="x"}[5m])', series
    )
    assert {"agency"} == unknown("sum by (agency) (tiendo_owned)", series)
    assert set() == unknown(
        'absent(up{job="tiendo"} == 1) or time() - tiendo_closed_timestamp_seconds > 2 * 86400',
        series,
    )


def test_every_metric_is_shown_or_watched() -> None:
    """What nobody looks at is not worth its place."""
    used = set[str]().union(*(asked(expression)[0] for _, expression in expressions()))
    families = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in used}
    exported_families = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in exported()}

    assert exported_families == families


def test_each_alert_says_what_is_wrong_and_where_it_is_written_what_to_do() -> None:
    """At night nobody searches: the page is there, and the severity says whether it can wait."""
    for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]:
        for rule in group["rules"]:
            assert {"severity"} == rule["labels"].keys(), rule["alert"]
            assert rule["labels"]["severity"] in {"page", "ticket"}
            assert rule["annotations"]["summary"]
            page = ROOT / rule["annotations"]["runbook"]
            assert rule["alert"] in page.read_text(encoding="utf-8"), rule["alert"]


def test_the_dashboard_reads_the_datasources_that_are_provisioned() -> None:
    """By their uid; each panel has a place of its own."""
    sources = yaml.safe_load((PROVISIONING / "datasources/tiendo.yml").read_text())["datasources"]
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    uids = {source["uid"] for source in sources}
    places = [tuple(panel["gridPos"].values()) for panel in panels()]

    assert {panel["datasource"]["uid"] for panel in panels()} == uids
    assert board["templating"]["list"][0]["datasource"]["uid"] in uids
    assert len(set(places)) == len(places) == len({panel["id"] for panel in panels()})
    assert all(
        "TIENDO" in str(source["user"]) for source in sources if source["type"] == "postgres"
    )


def test_sql_panels_read_the_contract_only() -> None:
    """Schema api: the login has rights on nothing else. That its columns are there is tested on a database."""
    statements = [
        target["rawSql"] for panel in panels() for target in panel["targets"] if "rawSql" in target
    ]

    assert statements
    assert all(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", one) == ["api"] for one in statements)
