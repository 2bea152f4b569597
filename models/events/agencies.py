"""Agencies and procedures: the registers that figures are counted against, and online levels.

A register entry is a series: each entry holds until the next of the same key.
"""

from typing import Final

from models.events.choices import Level
from models.events.event_type import EventType, Keyed, about
from models.events.fields import Choice, Date, Id, Integer, OnlineLevel, Payload, Text, Timestamp


class Block(Choice):
    """The branch that an agency belongs to."""

    STATE = "nha_nuoc"
    """State administration."""
    PARTY = "dang"
    """Party."""
    MASS_ORGANISATION = "doan_the"
    """Mass organisations."""
    VERTICAL = "nganh_doc"
    """Branches run from the centre: tax, customs, social insurance."""


class HandlingLevel(Choice):
    """The level of agency that handles a procedure."""

    DEPARTMENT = "so"
    """Sở, ban, ngành."""
    DISTRICT = "huyen"
    """District."""
    COMMUNE = "xa"
    """Commune."""


class AgencyRegistered(Payload):
    """Register of agencies: created, changed or closed."""

    agency_id: Id
    name: Text
    level: Level
    block: Block
    parent_agency_id: Id | None = None
    is_administrative: bool
    handles_procedures: bool
    has_one_stop_unit: bool
    active: bool
    valid_from: Date
    valid_to: Date | None = None


AGENCY_REGISTERED: Final = EventType(
    name="agency.registered",
    model=AgencyRegistered,
    natural_key=("agency_id",),
    moment="valid_from",
    keyed=Keyed.DATED,
    tells_about=(about("agency", "agency_id"),),
)


class ProcedureRegistered(Payload):
    """Register of administrative procedures and services."""

    procedure_id: Id
    name: Text
    owner_agency_id: Id
    handling_level: HandlingLevel
    service_group: Text
    one_stop: bool
    interlinked: bool
    in_plan_list: Text | None = None
    list_row: Integer | None = None
    active: bool


PROCEDURE_REGISTERED: Final = EventType(
    name="procedure.registered",
    model=ProcedureRegistered,
    natural_key=("procedure_id",),
    moment="time",
    keyed=Keyed.DATED,
    tells_about=(about("procedure", "procedure_id"),),
)


class ProcedureOnlineLevelChanged(Payload):
    """A procedure reaches another online level at an agency."""

    procedure_id: Id
    agency_id: Id
    old_level: OnlineLevel | None = None
    new_level: OnlineLevel
    url: Text | None = None
    effective_at: Timestamp


PROCEDURE_ONLINE_LEVEL_CHANGED: Final = EventType(
    name="procedure.online_level_changed",
    model=ProcedureOnlineLevelChanged,
    natural_key=("procedure_id", "agency_id"),
    moment="effective_at",
    keyed=Keyed.DATED,
    tells_about=(about("procedure", "procedure_id"), about("agency", "agency_id")),
)
