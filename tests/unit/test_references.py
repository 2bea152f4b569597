"""The generated references leave nothing out: every type, setting, metric and command is there, each with its meaning."""

import re
from pathlib import Path
from typing import Annotated, Final, Literal

import pytest

from models.events import VOCABULARY, EventType
from models.rules import State
from streams.cli.app import app
from streams.documents import (
    commands_page,
    events_page,
    indicators_page,
    metrics_page,
    settings_page,
)
from streams.documents.docstrings import attribute_docstrings, sentence
from streams.documents.markdown import code, table
from streams.metrics import Metrics
from streams.settings import Settings

EVENTS: Final = events_page.text()


def rows(page: str) -> dict[str, list[str]]:
    """Return first cell -> cells of the rows of a page's tables, heads left out."""
    found = [re.split(r"(?<!\\)\|", line)[1:-1] for line in page.splitlines() if line.startswith("|")]  # fmt: skip
    return {cells[0].strip(): [cell.strip() for cell in cells] for cells in found}


@pytest.mark.parametrize("known", VOCABULARY.values(), ids=VOCABULARY)
def test_each_type_has_a_section_with_all_its_fields(known: EventType) -> None:
    """With the key, the moment, every word of its enumerations and a meaning for each field."""
    (section,) = re.findall(
        rf"^## {re.escape(known.name)}\n(.*?)(?=^## |\Z)", EVENTS, re.MULTILINE | re.DOTALL
    )
    told = rows(section)

    assert {code(name + "?" * field.nullable) for name, field in known.fields.items()} <= set(told)
    assert " / ".join(map(code, known.natural_key)) in section
    assert f"**{known.keyed}**" in section
    for name, field in known.fields.items():
        *_, meaning = told[code(name + "?" * field.nullable)]
        assert len(meaning) > 3
        assert all(code(word) in meaning for word in field.choices)


def test_each_setting_has_its_variable_and_its_meaning() -> None:
    """A setting without a sentence beneath it in the source is found here."""
    told = rows(settings_page.text())

    for name in Settings.model_fields:
        variable, holds, default, meaning = told[code(f"TIENDO_{name.upper()}")]
        assert variable
        assert holds
        assert default
        assert meaning.endswith((".", ".)")), f"{name} has no sentence beneath it"


@pytest.mark.parametrize(
    ("hint", "words"),
    [
        (str | None, ["text"]),
        (Annotated[tuple[str, ...], "comma separated"], ["list, comma separated"]),
        (Literal["a", "b"] | None, ["`a` or `b`"]),
        (Path | None, ["path"]),
        (State, ["`firing` or `resolved` or `retracted`"]),
    ],
)
def test_a_setting_says_what_it_holds(hint: object, words: list[str]) -> None:
    """In words, whatever its annotation is made of; that it may be left out is told by its default."""
    assert words == list(settings_page._words(hint))


def test_no_setting_shows_a_secret() -> None:
    """A secret has no default; were there one, it would not be printed."""
    told = rows(settings_page.text())

    secrets = [cells for cells in told.values() if "secret" in cells[1]]

    assert secrets
    assert {"none"} == {cells[2] for cells in secrets}


def test_each_metric_is_there_under_the_name_that_prometheus_shows() -> None:
    """With its labels, none of which is an agency or an id."""
    told = rows(metrics_page.text())
    metrics = Metrics()
    metrics.records.labels("dong-nai").inc()

    assert 1.0 == metrics.registry.get_sample_value("tiendo_records_total", {"province": "dong-nai"})  # fmt: skip
    assert "`province`" == told["`tiendo_records_total`"][2]
    made = {family.name for family in metrics.registry.collect()}
    page = metrics_page.text()
    assert all(name in page for name in made)
    assert not re.search(r"`(agency|id|target)`", page)


def test_each_command_is_there_with_its_options() -> None:
    """Those of groups too; each says what it does."""
    page = commands_page.text()
    named = re.findall(r"^## tiendo (.+)\n\n(.+)$", page, re.MULTILINE)
    commands = {
        (one.name or "").replace("_", "-") for one in app.registered_commands if not one.hidden
    }

    assert commands <= {name for name, _help in named}
    assert all(told.endswith((".", ":")) for _name, told in named)
    assert "`--as-of DATE`" in page
    assert "`tiendo try FILE...`" in page


def test_the_house_indicators_have_numerator_and_denominator_in_both_languages() -> None:
    """Fourteen, and each ratio of measures names what it divides by."""
    told = [cells for cells in rows(indicators_page.text()).values() if "<br>" in cells[0]]

    assert 14 == len(told)
    for name, _unit, made, divided in told:
        assert "<br>*" in name
        assert "<br>*" in made
        assert ("(ratio)" in name and "agencies_reporting" not in name) is ("<br>*" in divided)


class _Described:
    """A class.

    With more to say.
    """

    first: int = 1
    """Over two
    lines."""
    second = 2
    third: str
    """Third."""


def test_sentences_beneath_attributes_are_read_from_the_source() -> None:
    """On one line each; an attribute without one is left out."""
    assert {"first": "Over two lines.", "third": "Third."} == attribute_docstrings(_Described)
    assert "A class." == sentence(_Described)


def test_a_bar_in_a_cell_does_not_end_it() -> None:
    """Choices are written with one."""
    assert "| head |\n| --- |\n| `a\\|b` |" == table(("head",), [(code("a|b"),)])
