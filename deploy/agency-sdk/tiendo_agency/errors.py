"""What can go wrong, by what the caller does about it: mend the event, mend a setting, or make room on the disk."""


class AgencyError(Exception):
    """Base of all errors of this package."""


class EventRefused(AgencyError):  # noqa: N818 - named for what happened: nothing was sent
    """The event breaks a rule of the bus: nothing was kept or sent. Messages never quote a value, for values may name people."""

    def __init__(self, event_type: str, field: str, bound: str, mend: str) -> None:
        super().__init__(f"{event_type}: {field}: {bound}; {mend}")
        self.event_type = event_type
        self.field = field
        """The payload field, or the attribute, that breaks the rule."""
        self.bound = bound
        """The rule."""
        self.mend = mend
        """What to do about it."""


class SettingRefused(AgencyError):  # noqa: N818 - as above
    """An argument of `Agency` or `Security` cannot work; the message names it and says what can."""


class SpoolFull(AgencyError):  # noqa: N818 - as above
    """The event was not kept: the spool is at its limit, or the disk is full. Nothing that was kept before is lost."""


class SpoolUnusable(AgencyError):  # noqa: N818 - as above
    """The spool cannot be opened, read or written; the message says why."""
