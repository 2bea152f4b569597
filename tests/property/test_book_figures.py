"""The book against the oracle: figures do not depend on how a log came, and are those of a slow recomputation."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from models.catalogue import ProvinceCatalogue, load_catalogue
from models.changes import Figure
from models.envelope import decode
from models.facts import Record
from models.topics import PROVINCES
from tests.support.examples import examples
from tests.support.fold import Tables, Worker, fold
from tests.support.histories import histories, last_day, long_log, splits
from tests.support.oracle.facts import World
from tests.support.oracle.province import Province, accepted, definitions, feeds, setting

DAYS = 120

Rows = dict[tuple[str, str, str, str], Figure]


def catalogue(province: str) -> ProvinceCatalogue:
    """Return what is computed for a province."""
    return load_catalogue().province(province)


def rows_of(province: str, tables: Tables) -> Rows:
    """Return the figures that the views show, a row each."""
    windows = {(one.plan, one.id): one.windows for one in catalogue(province).indicators}
    return {
        (key.plan, key.indicator, key.agency, str(window)): figure
        for key, figures in tables.kpi.items()
        for window, figure in zip(windows[key.plan, key.indicator], figures, strict=True)
    }


def differing(
    expected: Rows, actual: Rows
) -> dict[tuple[str, str, str, str], tuple[Figure | None, Figure | None]]:
    """Return only what differs: rows by name, the oracle's figure and the book's."""
    return {
        key: (expected.get(key), actual.get(key))
        for key in sorted(expected.keys() | actual.keys())
        if expected.get(key) != actual.get(key)
    }


def check(province: str, log: Sequence[Record], worker: Worker, until: int) -> None:
    """Compare the book's figures with the oracle's, as they are and read back."""
    events = accepted(map(decode, log))
    if not events:
        assert (
            {} == worker.tables.kpi
        )  # a province has no as-of day before its first accepted record
        return
    assert max(event.watermark for event in events) == worker.tables.mark.watermark
    oracle = Province(definitions()[province], World(events))

    assert {} == differing(oracle.kpi(until), rows_of(province, worker.tables))
    for back in (1, 33, 88, 150):
        read = rows_of(province, worker.read_back(until - back))
        assert (back, {}) == (back, differing(oracle.kpi(until - back), read))


provinces = st.sampled_from(PROVINCES)


@examples(12)
@given(data=st.data(), province=provinces)
def test_figures_are_those_of_the_oracle(data: st.DataObject, province: str) -> None:
    """Every house and plan figure of every agency and window, at the end of a log and read back to earlier days."""
    log = data.draw(histories(setting(province, DAYS), most=60))
    until = last_day(log, setting(province, DAYS).start, DAYS)

    worker = fold(catalogue(province), log, data.draw(splits()), until=until)

    check(province, log, worker, until)


@pytest.mark.slow
@pytest.mark.parametrize("province", PROVINCES)
def test_figures_of_a_long_log_are_those_of_the_oracle(province: str) -> None:
    """A log in which every type, correction, retraction and delay comes up many times."""
    log = long_log(setting(province, DAYS), seed=7, recipes=150)
    until = last_day(log, setting(province, DAYS).start, DAYS)

    worker = fold(catalogue(province), log, [23] * len(log), until=until)

    check(province, log, worker, until)
    assert feeds([decode(record) for record in log]) == {
        place: (row.events, row.duplicates, row.stale, row.dead_letters)
        for place, row in worker.tables.feeds.items()
    }


@examples(12)
@given(data=st.data(), province=provinces, seed=st.integers(0, 2**32 - 1))
def test_figures_do_not_depend_on_order_batches_or_duplicates(
    data: st.DataObject, province: str, seed: int
) -> None:
    """Kafka may deliver late, twice and in any batch; panes, kept facts and figures are those of the set of events."""
    log = data.draw(histories(setting(province, DAYS), most=60))
    until = last_day(log, setting(province, DAYS).start, DAYS)
    rng = Random(seed)  # noqa: S311 - no secret
    again = [*log, *(record for record in log if rng.random() < 0.3)]
    rng.shuffle(again)
    shuffled = [replace(record, offset=offset) for offset, record in enumerate(again)]
    once = fold(catalogue(province), log, until=until).tables

    other = fold(catalogue(province), shuffled, data.draw(splits()), until=until).tables

    facts = [pane for pane in once.panes if pane.measure != "records"]
    assert {pane: once.panes[pane] for pane in facts} == {
        pane: amount for pane, amount in other.panes.items() if pane.measure != "records"
    }
    assert once.kept == other.kept
    assert {} == differing(rows_of(province, once), rows_of(province, other))


@pytest.mark.slow
@examples(12)
@given(data=st.data(), province=provinces)
def test_every_row_is_the_same_however_a_log_is_cut(data: st.DataObject, province: str) -> None:
    """Batches of any size, and an owner that dies after each of them, write the very same rows, histories and messages.

    Before the last day is closed too: what was judged at a close must not know what came after it in the same batch.
    """
    log = data.draw(histories(setting(province, DAYS), most=48))
    end = last_day(log, setting(province, DAYS).start, DAYS)
    until = data.draw(st.sampled_from([None, end]))
    whole = fold(catalogue(province), log, until=until).tables

    cut = fold(catalogue(province), log, data.draw(splits()), until=until).tables
    died = fold(catalogue(province), log, [7] * len(log), until=until, restarts=True).tables

    assert whole == cut
    assert whole == died


@pytest.mark.parametrize("province", PROVINCES)
def test_a_close_does_not_know_what_comes_after_it_in_its_batch(province: str) -> None:
    """Facts of days that are closed, told after their close and before the batch ends, wait for the next close."""
    log = long_log(setting(province, 40), seed=3, recipes=60)

    whole, alone = (fold(catalogue(province), log, sizes).tables for sizes in ([], [1] * len(log)))

    assert alone.attainment == whole.attainment
    assert alone.problems == whole.problems
    assert alone == whole
