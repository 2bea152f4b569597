"""Sends an agency's events to tiendo: checked before they leave, kept on disk until Kafka has acknowledged them.

Knows the bus by the schemas that it carries, and nothing of the server's code.
"""

from tiendo_agency.agency import Agency
from tiendo_agency.delivery import Problem
from tiendo_agency.errors import AgencyError, EventRefused, SettingRefused, SpoolFull, SpoolUnusable
from tiendo_agency.events import Event
from tiendo_agency.kafka import Security
from tiendo_agency.values import VIETNAM

__all__ = [
    "VIETNAM",
    "Agency",
    "AgencyError",
    "Event",
    "EventRefused",
    "Problem",
    "Security",
    "SettingRefused",
    "SpoolFull",
    "SpoolUnusable",
]
