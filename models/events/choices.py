"""Enumerations that models of several modules share.

Their words are those of the vocabulary, to the letter.
"""

from models.events.fields import Choice


class Level(Choice):
    """Level of an agency or of the unit that a figure is about."""

    PROVINCE = "tinh"
    """The province as a whole: People's Committee, its office, shared systems."""
    DEPARTMENT = "so"
    """Sở, ban, ngành."""
    DISTRICT = "huyen"
    """District People's Committee."""
    COMMUNE = "xa"
    """Commune, ward, township."""
    SUBORDINATE = "truc_thuoc"
    """Unit under a department or district."""
    PUBLIC_SERVICE = "su_nghiep"
    """Public-service unit."""
    PARTY = "dang"
    """Party agency."""
    MASS_ORGANISATION = "doan_the"
    """Mass organisation."""
    ENTERPRISE = "enterprise"
    """Enterprise or other filer."""
    PROVINCIAL_HOSPITAL = "benh_vien_tinh"
    """Provincial hospital."""
    DISTRICT_HOSPITAL = "benh_vien_huyen"
    """District hospital."""
    HEALTH_STATION = "tram_y_te_xa"
    """Commune health station."""
    PRIMARY_SCHOOL = "truong_tieu_hoc"
    """Primary school."""
    SCHOOL = "truong_hoc"
    """School from primary up."""
    ALL = "all"
    """All levels, or not stated."""


class DossierChannel(Choice):
    """The way in which a dossier comes in or its result goes out."""

    ONLINE = "online"
    """Through a portal."""
    COUNTER = "counter"
    """At the one-stop counter."""
    POST = "post"
    """By public post."""


class AccountSystem(Choice):
    """The system that an account opens."""

    MAIL = "mail"
    """Official mailbox."""
    EDOC = "edoc"
    """Document management."""
    ONE_STOP = "one_stop"
    """Electronic one-stop software."""
    CIVIL_STATUS = "civil_status"
    """Civil status software."""


class SystemType(Choice):
    """What a system, site or device is for."""

    EDOC = "edoc"
    """Document management."""
    ONE_STOP = "one_stop"
    """Electronic one-stop software."""
    MAIL = "mail"
    """Official mail."""
    WEBSITE = "website"
    """Web site of an agency."""
    PORTAL = "portal"
    """Portal of several agencies or services."""
    LAN = "lan"
    """Local network."""
    ANTIVIRUS = "antivirus"
    """Protection against malware."""
    FIREWALL = "firewall"
    """Firewall."""
    DATA_CENTRE = "data_centre"
    """Data centre."""
    DATABASE = "database"
    """Common or sector database."""
    LGSP = "lgsp"
    """Platform that integrates and shares data in the province."""
    VIDEOCONFERENCE = "videoconference"
    """Meetings by video."""
    SPECIALISED = "specialised"
    """Software of one sector."""
    BACKUP = "backup"
    """Backup of data."""
    IDS = "ids"
    """Detection of intrusions."""
    MAIL_SECURITY = "mail_security"
    """Protection of mail."""
    CIVIL_STATUS = "civil_status"
    """Civil status software."""
    OTHER = "other"
    """Anything else."""


class TrainingTopic(Choice):
    """What a training is about."""

    INFOSEC = "infosec"
    """Information security."""
    EGOV_ARCHITECTURE = "egov_architecture"
    """Architecture of electronic government."""
    IT_SKILLS = "it_skills"
    """Use of information technology at work."""
    IT_MANAGEMENT_CIO = "it_management_cio"
    """Management of information technology."""
    SYSTEM_ADMIN = "system_admin"
    """Administration of systems."""
    OTHER = "other"
    """Anything else."""
