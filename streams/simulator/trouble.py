"""What goes wrong on the way: how often reports are late, sent twice, wrong, withdrawn or broken, and how each looks.

A broken line is always an extra one: its sender repairs it, so the figures do not miss anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Final

from models.errors import UsageError
from streams.simulator.wire import Value, encode

ROUNDING: Final = 1e-9
"""What adding shares may cost."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Shares (0 to 1) of the reports that go wrong in some way; registers are only ever sent twice."""

    late: float = 0.02
    """Arrive 1 to `late_days` days after the event."""
    late_days: int = 60
    duplicated: float = 0.01
    """Arrive a second time, byte for byte."""
    corrected: float = 0.015
    """Say something wrong at first; the correction follows, or overtakes."""
    retracted: float = 0.006
    """Are withdrawn: before or after they arrive; some are asserted again later."""
    broken: float = 0.003
    """Arrive unreadable first: a dead letter of each reason in turn."""
    out_of_order: float = 0.0
    """Written in time, and on the way for up to two days: others overtake them. Half of the late ones are overtaken too."""

    def check(self) -> None:
        """Raise UsageError unless every share is one, and all of them together are."""
        shares = {name: share for name, share in asdict(self).items() if name != "late_days"}
        for name, share in shares.items():
            if not 0 <= share <= 1:
                message = f"a share of {share} is {name.replace('_', ' ')}: give 0 to 1"
                raise UsageError(message)
        if sum(shares.values()) > 1 + ROUNDING:
            message = (
                f"the shares of trouble come to {sum(shares.values()):g}: a report has one trouble at most,"
                " so give shares that come to 1 or less"
            )
            raise UsageError(message)


CALM: Final = Trouble(late=0.0, duplicated=0.0, corrected=0.0, retracted=0.0, broken=0.0)
"""Nothing goes wrong."""

AGENCY_IN_KEY: Final = frozenset(
    {
        "procedure.online_level_changed",
        "document.processed",
        "system.deployed",
        "system.status_reported",
        "staff.assigned",
    }
)
"""Types whose `agency_id` is a part of the natural key: a mistaken agency there would be another fact."""

MOMENT_FIELDS: Final[Mapping[str, str]] = {
    "procedure.online_level_changed": "effective_at",
    "enterprise.service_enrolled": "enrolled_at",
    "facility.capability_reported": "as_of",
    "population.snapshot_published": "as_of",
    "dossier.status_changed": "status_at",
    "dossier.transferred": "transferred_at",
    "account.provisioned": "provisioned_at",
    "account.used": "used_on",
    "asset.assigned": "assigned_at",
    "system.deployed": "deployed_at",
    "system.connected": "connected_at",
    "system.status_reported": "at",
    "website.content_updated": "updated_at",
    "compliance.assessed": "assessed_at",
    "staff.assigned": "assigned_at",
    "report.submitted": "submitted_at",
    "record.centralized": "centralized_at",
    "project.status_changed": "at",
}
"""The field that a retraction of a `dated` fact repeats; types that are not here (registers apart) are `once`."""

CHANNELS: Final = ("online", "counter", "post")
MEDIA: Final = ("electronic_only", "electronic_with_paper", "paper_only")


@dataclass(frozen=True, slots=True)
class Mistake:
    """A field that clerks get wrong: with one of `choices`, or with another member of a `pool` of the province."""

    field: str
    choices: tuple[Value, ...] = ()
    pool: str = ""


MISTAKES: Final[Mapping[str, tuple[Mistake, ...]]] = {
    "dossier.received": (
        Mistake("intake_channel", CHANNELS),
        Mistake("due_at", (None,)),
        Mistake("received_at", pool="earlier"),
    ),
    "dossier.resolved": (
        Mistake("outcome", ("granted", "rejected")),
        Mistake("resolved_at", pool="earlier"),
    ),
    "document.exchanged": (Mistake("medium", MEDIA), Mistake("signed", (False, True))),
    "document.processed": (
        Mistake("in_software", (False, True)),
        Mistake("official_id", pool="officials"),
    ),
    "account.provisioned": (Mistake("official_id", pool="officials"),),
    "account.used": (Mistake("official_id", pool="officials"), Mistake("actions", (0, 1))),
    "asset.assigned": (Mistake("holder_id", pool="officials"),),
    "filing.submitted": (
        Mistake("filer_id", pool="enterprises"),
        Mistake("channel", ("online", "paper")),
    ),
    "payment.made": (Mistake("payer_id", pool="enterprises"), Mistake("amount_vnd", (0,))),
    "record.centralized": (Mistake("official_id", pool="officials"),),
    "budget.allocated": (Mistake("project_id", pool="projects"),),
    "budget.disbursed": (Mistake("project_id", pool="projects"),),
    "system.connected": (Mistake("agency_id", pool="agencies"),),
    "meeting.held": (Mistake("mode", ("online", "hybrid", "in_person")),),
    "survey.responded": (Mistake("score", (0,)),),
}
"""What may be wrong beside the agency of the figure; a `pool` names the subject, or an earlier day."""

OVERSIZE: Final = 1024 * 1024
"""Padding that takes a line over the 1 MiB that a record may have."""


def _without(event: dict[str, object], attribute: str) -> bytes:
    return encode({name: value for name, value in event.items() if name != attribute})


def _without_first_field(event: dict[str, object]) -> bytes:
    data = event["data"]
    fields = list(data.items()) if isinstance(data, dict) else []
    return encode({**event, "data": dict(fields[1:])})


BROKEN: Final[tuple[tuple[str, Callable[[dict[str, object]], bytes]], ...]] = (
    ("bad_payload", _without_first_field),
    ("not_json", lambda event: encode(event)[:-1]),  # more might cut a letter in two: bad encoding
    ("key_mismatch", lambda event: encode({**event, "subject": f"{event['subject']}-x"})),
    ("unknown_type", lambda event: encode({**event, "type": "vn.tiendo.dossier.archived.v1"})),
    ("naive_instant", lambda event: encode({**event, "time": str(event["time"])[:19]})),
    ("time_in_future", lambda event: encode({**event, "time": "2099-01-01T08:00:00+07:00"})),
    ("wrong_province", lambda event: encode({**event, "province": "can-tho"})),
    ("not_cloudevent", lambda event: _without(event, "specversion")),
    (
        "bad_encoding",
        lambda event: encode({**event, "note": "?"}).replace(b'"note":"?"', b'"note":"\xd0\xf4"'),
    ),
    ("time_too_old", lambda event: encode({**event, "time": "1999-12-31T08:00:00+07:00"})),
    ("too_large", lambda event: encode({**event, "note": "x" * OVERSIZE})),
)
"""Reasons that a line of a file can show, with what makes a line show it; a null value cannot stand in a file."""
