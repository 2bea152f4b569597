"""What one transaction writes: the difference that a run of records makes to a province's tables.

Every value is absolute (never "add 3"), so writing it again after an unknown COMMIT changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from models.days import Day, Instant
from models.facts import DeadLetter, Headers

Amount = int | Decimal


def amount_of(value: Decimal) -> Amount:
    """Return a decimal as an amount: whole ones are integers."""
    return int(value) if value == value.to_integral_value() else value


class Figure(NamedTuple):
    """A figure over one window: value with its numerator and denominator; see the contract for which of them may be None."""

    value: Amount | None
    numerator: Amount | None
    denominator: Amount | None


class PartKey(NamedTuple):
    """Names a stored part of a subject: '' is its main part, a month or a day holds daily facts."""

    kind: str
    key: str
    part: str


class PartRequest(NamedTuple):
    """Asks for one stored part of a subject, or for all of them (`part` None)."""

    kind: str
    key: str
    part: str | None


class PaneKey(NamedTuple):
    """Names a pane of a province."""

    measure: str
    bucket: str
    agency: str
    day: Day


class KpiKey(NamedTuple):
    """Names the row that holds an indicator's figures of one agency (or '*') over all its windows."""

    plan: str
    indicator: str
    agency: str


class HistoryRow(NamedTuple):
    """A figure as it was published at a day's close."""

    key: KpiKey
    window: str
    closed_day: Day
    figure: Figure
    definition_version: str
    """Of the definition that made the figure."""


class CloseRow(NamedTuple):
    """What was known when a day was closed."""

    closed_day: Day
    next_offset: int
    """Offset of the record that moved the as-of day past it: all before it were known, it and those after it were not."""


class AgencyRow(NamedTuple):
    """What the views must know of an agency code: who may have figures, who is active, who is silent."""

    code: str
    registered: bool
    active: bool
    """Active in the register on the as-of day."""
    silent_since: Day | None
    """First day of the silence that runs at the last closed day."""


class FeedRow(NamedTuple):
    """Counters of the records of one (agency, source); '' where a dead letter named none."""

    agency: str
    source: str
    last_event_time: Instant | None
    last_received: Instant
    """The record's Kafka timestamp."""
    events: int
    duplicates: int
    stale: int
    dead_letters: int


class AttainmentRow(NamedTuple):
    """How a target stood at a day's close; its fixed columns come from the catalogue."""

    target: str
    as_of: Day
    figure: Figure
    expected: Decimal | None
    pace: Decimal | None
    forecast: Day | None
    status: str
    status_since: Day | None
    reason: str | None


class ObligationKey(NamedTuple):
    """Names one report that one agency owes."""

    duty: str
    period: str
    """'' where the duty is never due."""
    reporter: str
    """Code of the agency; '*' where the register names none that owes it."""


class ObligationRow(NamedTuple):
    """How an agency stood with a report at the last close that changed it; `late` goes on by itself."""

    key: ObligationKey
    due_on: Day | None
    state: str
    filed_on: Day | None


class ProblemRow(NamedTuple):
    """How a problem stood at a day's close; its fixed columns come from the catalogue."""

    problem: str
    state: str
    """raised, not_raised or no_data."""
    since: Day | None
    """First day of the episode that runs; None where none does."""
    figure: Figure


class AlertRow(NamedTuple):
    """One revision of an alert, with the columns of `api.alert` and the action that wrote it."""

    alert_id: str
    dedup_key: str
    plan: str
    rule: str
    target: str | None
    agency: str | None
    severity: str
    state: str
    reason_vi: str
    reason_en: str
    value: Amount | None
    expected: Amount | None
    starts_at: Day
    ends_at: Day | None
    revision: int
    closed_day: Day
    action: str


class OutboxMessage(NamedTuple):
    """A record to be sent to Kafka after the commit, in order of `seq` within its province."""

    seq: int
    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


@dataclass(frozen=True, slots=True)
class Mark:
    """A province's `progress` row as far as the fold knows it; offsets and days after the changes are applied."""

    next_offset: int = 0
    last_crc: int | None = None
    """CRC-32 of the value (b'' for null) of the record just before `next_offset`."""
    first_day: Day | None = None
    """The day of the first accepted record: the series of the province begins here."""
    as_of: Day | None = None
    closed: Day | None = None
    """The last closed day."""
    watermark: Instant | None = None
    outbox_seq: int = 0
    """`seq` of the last outbox message that was ever written."""
    dead_letters: int = 0
    """Records refused since the as-of day began; before the first day: since the log began."""
    dead_letters_kept: int = 0
    """How many of them have a row."""
    dead_letter_bytes: int = 0
    """What all of them count towards the day's limit."""


class LimitReached(NamedTuple):
    """The first record of a day that was refused and not kept, because those before it were as much as a day keeps."""

    day: Day | None
    """None: before the first day of the province."""
    kept: int
    """Dead letters of the day that have a row."""


@dataclass(slots=True)
class Changes:
    """The rows that one transaction writes for one province; compare and swap from `base` to `mark`."""

    province: str
    base: Mark
    mark: Mark
    parts: dict[PartKey, bytes | None] = field(default_factory=dict)
    """Encoded facts of a subject's part; None deletes the row."""
    new_parts: set[PartKey] = field(default_factory=set)
    """Those of `parts` that have no row yet: they cost less to write."""
    panes: dict[PaneKey, Amount] = field(default_factory=dict)
    """0 deletes the row."""
    new_panes: set[PaneKey] = field(default_factory=set)
    """Those of `panes` that have no row yet."""
    kept: dict[tuple[str, str], int] = field(default_factory=dict)
    """(event type, agency) -> kept facts; 0 deletes the row."""
    agencies: dict[str, AgencyRow | None] = field(default_factory=dict)
    """None deletes the row: the code carries nothing any more."""
    kpi: dict[KpiKey, tuple[Figure, ...] | None] = field(default_factory=dict)
    """Figures in the order of the indicator's windows in the catalogue; None deletes the row: its agency carries nothing any more."""
    history: list[HistoryRow] = field(default_factory=list)
    closes: list[CloseRow] = field(default_factory=list)
    attainment: dict[str, AttainmentRow] = field(default_factory=dict)
    readings: list[AttainmentRow] = field(default_factory=list)
    """The same on the days on which the plan is read as well, with all that is known now; (target, as_of) is the key."""
    obligations: dict[ObligationKey, ObligationRow | None] = field(default_factory=dict)
    """None deletes the row: the agency does not owe the report any more."""
    problems: dict[str, ProblemRow] = field(default_factory=dict)
    alerts: list[AlertRow] = field(default_factory=list)
    """Every revision, oldest first; the last of an `alert_id` is the alert's present state."""
    outbox: list[OutboxMessage] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    """Those that are kept."""
    unkept: dict[str, int] = field(default_factory=dict)
    """Reason code -> records refused beyond the day's limit: `feeds` counts them, and they have no row."""
    limits_reached: list[LimitReached] = field(default_factory=list)
    """At most one of each day."""
    feeds: dict[tuple[str, str], FeedRow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredBook:
    """Everything of a province that its next owner reads at a claim; subjects are read as they are touched."""

    mark: Mark
    panes: Mapping[PaneKey, Amount]
    kept: Mapping[tuple[str, str], int]
    kpi: Mapping[KpiKey, tuple[Figure, ...]]
    agencies: Mapping[str, AgencyRow]
    published: Mapping[tuple[KpiKey, str], Figure]
    """(key, window) -> the latest row of `kpi_history`."""
    alerts: tuple[AlertRow, ...]
    """The present state of every alert of the province."""
    feeds: Mapping[tuple[str, str], FeedRow]
    registers: Mapping[PartKey, bytes]
    """The main parts of the subjects of kind `agency`: the register."""
    obligations: Mapping[ObligationKey, ObligationRow]
    read_before: int = 0
    """Offsets that were read before an operator had the log read from an earlier one: the feeds may count so many records more."""
