"""Systems, sites, links, equipment and common records, and how well they run.

A web site's `site_id` is a `system_id`: facts about one site meet in one subject.
"""

from typing import Final

from models.events.choices import SystemType
from models.events.event_type import EventType, Keyed, about, about_named
from models.events.fields import Choice, Date, Id, Integer, Payload, Pseudonym, Text, Timestamp


class AssetType(Choice):
    """What a piece of equipment is."""

    COMPUTER = "computer"
    """Workstation."""
    SERVER = "server"
    """Server."""
    NETWORK = "network"
    """Network device."""
    OTHER = "other"
    """Anything else."""


class AssetHolder(Choice):
    """Who holds a piece of equipment."""

    OFFICIAL = "official"
    """An official."""
    AGENCY = "agency"
    """An agency."""


class Stage(Choice):
    """How far a system at an agency has come."""

    INSTALLED = "installed"
    """Installed."""
    IN_USE = "in_use"
    """In use."""
    EFFECTIVE = "effective"
    """In use and serving its purpose."""
    RETIRED = "retired"
    """Taken out of use."""


class LinkType(Choice):
    """What a link joins an agency or system to."""

    TSLCD_WAN = "tslcd_wan"
    """The dedicated data network of Party and State."""
    FIBRE_INTERNET = "fibre_internet"
    """Internet over fibre."""
    LAN = "lan"
    """A local network."""
    PORTAL = "portal"
    """The provincial portal."""
    NATIONAL_PORTAL = "national_portal"
    """The national portal."""
    NATIONAL_AXIS = "national_axis"
    """The national axis of document exchange."""
    ONE_STOP = "one_stop"
    """One-stop software."""
    POSTAL = "postal"
    """The public post."""
    DATA_SHARE = "data_share"
    """Shared data."""
    EDOC = "edoc"
    """Document management."""
    SIGNATURE = "signature"
    """Digital signatures."""


class Health(Choice):
    """What a heartbeat says."""

    UP = "up"
    """Works."""
    DEGRADED = "degraded"
    """Works badly."""
    DOWN = "down"
    """Does not work."""


class RecordKind(Choice):
    """What a record of a common database is about."""

    PERSONNEL_FILE = "personnel_file"
    """File of an official."""


class SystemDeployed(Payload):
    """A system, site or device at an agency reaches a stage."""

    system_id: Id
    system_type: SystemType
    agency_id: Id
    stage: Stage
    deployed_at: Date
    plan_item: Text | None = None


SYSTEM_DEPLOYED: Final = EventType(
    name="system.deployed",
    model=SystemDeployed,
    natural_key=("system_id", "agency_id"),
    moment="deployed_at",
    keyed=Keyed.DATED,
    tells_about=(about("system", "system_id"), about("agency", "agency_id")),
)


class SystemConnected(Payload):
    """A link between an agency or system and another is made or cut."""

    link_id: Id
    from_id: Id
    to_id: Id
    agency_id: Id
    link_type: LinkType
    active: bool
    connected_at: Date
    plan_item: Text | None = None


SYSTEM_CONNECTED: Final = EventType(
    name="system.connected",
    model=SystemConnected,
    natural_key=("link_id",),
    moment="connected_at",
    keyed=Keyed.DATED,
    tells_about=(about("link", "link_id"), about("agency", "agency_id")),
)


class SystemStatusReported(Payload):
    """A heartbeat or sample of availability."""

    system_id: Id
    agency_id: Id
    system_type: SystemType | None = None
    link_id: Id | None = None
    status: Health
    traffic: Integer | None = None
    at: Timestamp


SYSTEM_STATUS_REPORTED: Final = EventType(
    name="system.status_reported",
    model=SystemStatusReported,
    natural_key=("system_id", "agency_id"),
    moment="at",
    keyed=Keyed.DATED,
    tells_about=(about("system", "system_id"),),
)


class WebsiteContentUpdated(Payload):
    """Content is updated on a site."""

    site_id: Id
    agency_id: Id
    category: Text
    procedure_id: Id | None = None
    updated_at: Timestamp


WEBSITE_CONTENT_UPDATED: Final = EventType(
    name="website.content_updated",
    model=WebsiteContentUpdated,
    natural_key=("site_id", "category", "procedure_id"),
    moment="updated_at",
    keyed=Keyed.DATED,
    tells_about=(about("system", "site_id"), about("procedure", "procedure_id")),
)


class AssetAssigned(Payload):
    """Equipment is assigned or withdrawn."""

    asset_id: Id
    asset_type: AssetType
    holder_type: AssetHolder
    holder_id: Id
    agency_id: Id
    software_licensed: bool | None = None
    active: bool
    assigned_at: Date


ASSET_ASSIGNED: Final = EventType(
    name="asset.assigned",
    model=AssetAssigned,
    natural_key=("asset_id",),
    moment="assigned_at",
    keyed=Keyed.DATED,
    tells_about=(about("asset", "asset_id"), about_named("holder_type", "holder_id")),
)


class RecordCentralized(Payload):
    """A record is entered in a common database."""

    record_kind: RecordKind
    record_id: Id
    official_id: Pseudonym
    agency_id: Id
    database_id: Id
    active: bool
    centralized_at: Date


RECORD_CENTRALIZED: Final = EventType(
    name="record.centralized",
    model=RecordCentralized,
    natural_key=("record_id",),
    moment="centralized_at",
    keyed=Keyed.DATED,
    tells_about=(about("record", "record_id"), about("official", "official_id")),
)
