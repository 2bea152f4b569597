"""Hospitals, health stations and schools, and denominators published by others.

A snapshot of a population is a reference number, not a count of events.
"""

from typing import Final

from models.events.choices import Level
from models.events.event_type import EventType, Keyed, about
from models.events.fields import Choice, Date, Id, Integer, Number, Payload, Text


class FacilityType(Choice):
    """What a facility is."""

    PROVINCIAL_HOSPITAL = "benh_vien_tinh"
    """Provincial hospital."""
    DISTRICT_HOSPITAL = "benh_vien_huyen"
    """District hospital."""
    HEALTH_STATION = "tram_y_te_xa"
    """Commune health station."""
    PRIMARY_SCHOOL = "truong_tieu_hoc"
    """Primary school."""
    LOWER_SECONDARY_SCHOOL = "truong_thcs"
    """Lower secondary school."""
    UPPER_SECONDARY_SCHOOL = "truong_thpt"
    """Upper secondary school."""


class Capability(Choice):
    """What a facility can do."""

    FIBRE_INTERNET = "fibre_internet"
    """Internet over fibre."""
    COMPUTERS_SUFFICIENT = "computers_sufficient"
    """Enough computers."""
    CLINICAL_MANAGEMENT = "clinical_management"
    """Software for treatment."""
    INSURANCE_PAYMENT = "insurance_payment"
    """Settles insured treatment electronically."""
    DATA_EXCHANGE = "data_exchange"
    """Exchanges data with others."""
    INFORMATICS_TAUGHT = "informatics_taught"
    """Teaches informatics."""
    E_LESSONS = "e_lessons"
    """Teaches with electronic lessons."""


class FacilityRegistered(Payload):
    """Register of facilities."""

    facility_id: Id
    facility_type: FacilityType
    district: Text
    active: bool


FACILITY_REGISTERED: Final = EventType(
    name="facility.registered",
    model=FacilityRegistered,
    natural_key=("facility_id",),
    moment="time",
    keyed=Keyed.DATED,
    tells_about=(about("facility", "facility_id"),),
)


class FacilityCapabilityReported(Payload):
    """A facility states a capability."""

    facility_id: Id
    capability: Capability
    met: bool
    value: Integer | None = None
    total: Integer | None = None
    as_of: Date


FACILITY_CAPABILITY_REPORTED: Final = EventType(
    name="facility.capability_reported",
    model=FacilityCapabilityReported,
    natural_key=("facility_id", "capability"),
    moment="as_of",
    keyed=Keyed.DATED,
    tells_about=(about("facility", "facility_id"),),
)


class PopulationSnapshotPublished(Payload):
    """A denominator published by a party outside the bus: insured people, size of an archive, total budget."""

    population_id: Text
    level: Level
    count: Number
    as_of: Date
    source: Text


POPULATION_SNAPSHOT_PUBLISHED: Final = EventType(
    name="population.snapshot_published",
    model=PopulationSnapshotPublished,
    natural_key=("population_id", "level"),
    moment="as_of",
    keyed=Keyed.DATED,
    tells_about=(about("population"),),
)
