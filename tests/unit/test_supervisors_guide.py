"""The supervisors' guide says of rules and statuses what the rules and statuses are."""

import re
from pathlib import Path
from typing import Final

from models.attainment import Status
from models.messages import STATUSES
from models.rules import RULES, Rule, Severity, State
from streams.cli.words import SEVERITIES, STATES

GUIDE: Final = Path(__file__).parents[2] / "deploy" / "docs" / "for-supervisors.md"
VIETNAMESE, ENGLISH = GUIDE.read_text("utf-8").split("\n---\n")
ROW: Final = re.compile(r"^\| `(\w+)` \| (.*) \|$", re.MULTILINE)


def rows(text: str) -> dict[str, list[str]]:
    """Return the rows of its tables by the code in their first cell."""
    return {code: rest.split(" | ") for code, rest in ROW.findall(text)}


def test_every_rule_is_there_with_its_severity_and_its_days() -> None:
    """In both languages, and no rule more."""
    vietnamese, english = rows(VIETNAMESE), rows(ENGLISH)
    for rule, terms in RULES.items():
        days = str(terms.minimum_days)

        assert [SEVERITIES[terms.severity], days] == vietnamese[rule][-2:]
        assert [terms.severity, days] == english[rule][-2:]
    assert {*Rule, *Status} == vietnamese.keys() == english.keys()


def test_every_status_is_called_what_the_screens_call_it() -> None:
    """A supervisor finds the word of the table on the page."""
    assert {str(status): words.vi for status, words in STATUSES.items()} == {
        str(status): rows(VIETNAMESE)[status][0] for status in Status
    }


def test_states_and_severities_are_told_in_both_languages() -> None:
    """By their codes, and in Vietnamese by the words of the screens."""
    for code, word in (*SEVERITIES.items(), *STATES.items()):
        assert f"`{code}` – {word}" in VIETNAMESE.replace("\n", " ")
        assert f"`{code}`" in ENGLISH
    assert len(SEVERITIES) == len(Severity)
    assert len(STATES) == len(State)
