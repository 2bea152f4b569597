"""Measures against the oracle: what the engine lays on days is what a look at each day's end sees."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.definitions import Measure
from tests.support.drafts import Setting
from tests.support.examples import examples
from tests.support.histories import histories, long_log
from tests.support.measured import check_measure
from tests.support.oracle.definitions import ATOMS, SUMS, flows, stocks
from tests.support.oracle.reads import types_read

START = date(2019, 3, 1)


def setting_of(measure: Measure) -> Setting:
    """Return a setting in which most events matter to the measure."""
    preferred: dict[tuple[str, str], Sequence[Any]] = {
        ("asset.assigned", "holder_type"): [measure.subject if measure.subject != "asset" else "agency"],
        ("compliance.assessed", "subject_type"): [measure.subject],
        ("system.deployed", "stage"): ["in_use", "effective", "retired"],
        ("dossier.received", "intake_channel"): ["online"],
        ("system.status_reported", "status"): ["up"],
    }  # fmt: skip
    if measure.subject not in {"agency", "system", "project", "workstation"}:
        del preferred["compliance.assessed", "subject_type"]
    if measure.subject not in {"agency", "official"}:
        del preferred["asset.assigned", "holder_type"]
    return Setting(
        "tra-vinh", START, types=tuple(sorted(types_read(measure, {}))), preferred=preferred
    )


@examples(60)
@given(data=st.data(), measure=stocks())
def test_a_stock_is_what_holds_at_each_days_end(data: st.DataObject, measure: Measure) -> None:
    """The sum of a stock's panes up to a day equals the condition evaluated at that day's end, for any condition."""
    check_measure(measure, data.draw(histories(setting_of(measure), most=30)), {})


@examples(60)
@given(data=st.data(), measure=flows())
def test_a_flow_is_dated_by_its_facts(data: st.DataObject, measure: Measure) -> None:
    """A flow's panes are the amounts of the matching facts on their days, under their agencies."""
    check_measure(measure, data.draw(histories(setting_of(measure), most=30)), {})


_EACH_STOCK = [
    Measure.model_validate(plain)
    for plain in [
        *({"subject": kind, "stock": one} for kind, atoms in ATOMS.items() for one in atoms),
        *SUMS,
    ]
]


@pytest.mark.slow
@pytest.mark.parametrize(
    "measure",
    _EACH_STOCK,
    ids=lambda one: one.model_dump_json(exclude_unset=True, by_alias=True)[:90],
)
def test_each_form_of_stock_is_exercised(measure: Measure) -> None:
    """No form or operator of the grammar is left to chance: one long history for each."""
    setting = setting_of(measure)

    assert sum(check_measure(measure, long_log(setting, seed, recipes=40), {}) for seed in range(3))
