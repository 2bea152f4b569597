"""Who may do what on Kafka: the users that a file names, and the rights that follow for each; all else is refused.

A user of Kafka reads in groups of its own, whose names begin with its name and a dot: so no name may be another's beginning up to a dot.
"""

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import Annotated, Final, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from models.catalogue.yaml12 import parse
from models.errors import UsageError
from models.topics import PROVINCES, alerts_topic, dead_letters_topic, progress_topic

ANYWHERE: Final = "*"

_User = Annotated[str, Field(min_length=1, pattern=r"^[^\s:*](?:[^:*]*[^\s:*])?$")]
_OfProvinces = dict[str, tuple[_User, ...]]


class Operation(StrEnum):
    """What may be done to a resource; to read, write or alter it includes to see it."""

    READ = "READ"
    WRITE = "WRITE"
    CREATE = "CREATE"
    DESCRIBE = "DESCRIBE"
    DESCRIBE_CONFIGS = "DESCRIBE_CONFIGS"
    ALTER_CONFIGS = "ALTER_CONFIGS"


class Right(NamedTuple):
    """One entry of Kafka's list of rights; `operation` and `resource` are words of Kafka's, more than we give."""

    principal: str
    """As Kafka writes it: `User:` and the user's name."""
    operation: str
    resource: str
    """TOPIC or GROUP; another kind is none of ours."""
    name: str
    prefixed: bool = False
    """The name is only the beginning of those that are meant."""
    allowed: bool = True
    """False: forbidden, whatever else allows it."""
    host: str = ANYWHERE


class Access(BaseModel):
    """What a file of users says. A user is named as Kafka knows it: its SCRAM name, or what becomes of its certificate's subject."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    senders: _OfProvinces = {}
    """Province -> systems of agencies: each writes its province's events and reads what was refused of them."""
    supervisors: _OfProvinces = {}
    """Province -> who reads its alerts."""
    workers: tuple[_User, ...] = ()
    """`tiendo worker` and `tiendo verify`: they read the events and write alerts, refused records and the beginning of each day."""
    operators: tuple[_User, ...] = ()
    """`tiendo topics`, and whoever sends refused records again: they create topics, see and set how they are kept, and write events."""

    @field_validator("senders", "supervisors")
    @classmethod
    def _provinces_are_known(cls, value: _OfProvinces) -> _OfProvinces:
        unknown = [slug for slug in value if slug not in PROVINCES]
        if unknown:
            raise ValueError(f"unknown province {unknown[0]}: known are {', '.join(PROVINCES)}")
        return value

    @model_validator(mode="after")
    def _users_are_apart(self) -> Self:
        of: dict[str, str] = {}
        for province, systems in self.senders.items():
            for user in systems:
                if user in of:
                    raise ValueError(
                        f"{user} sends for {of[user]} and for {province}: a system has one province, give each a user of its own"
                    )
                of[user] = province
        users = sorted(self.users)
        for user in users:
            within = [other for other in users if other.startswith(f"{user}.")]
            if within:
                raise ValueError(
                    f"the groups of {user} begin with '{user}.', and so does the name of {within[0]}: rename one of them"
                )
        return self

    @property
    def users(self) -> frozenset[str]:
        """Return everybody who is named."""
        of_provinces = [*self.senders.values(), *self.supervisors.values()]
        return frozenset().union(*of_provinces, self.workers, self.operators)


class Comparison(NamedTuple):
    """The rights that should be there, beside those that are."""

    missing: tuple[Right, ...]
    present: tuple[Right, ...]
    unlisted: tuple[Right, ...]
    """On our topics and groups, and in no file: removed by --prune."""
    beyond: tuple[Right, ...]
    """Such as reach our topics among others, by a prefix or by `*`: left to whoever gave them."""


def read_access(text: str, name: str) -> Access:
    """Return what a file of users says.

    Raises:
        CatalogueError: it is no YAML.
        UsageError: it says something that cannot be; the message names the place.
    """
    try:
        return Access.model_validate(parse(text, name) or {})
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors(include_input=False)
        )
        raise UsageError(f"{name}: {faults}") from None


def rights(access: Access, group: str, provinces: Collection[str] = PROVINCES) -> list[Right]:
    """Return what everybody named may do, in order; `group` is the one that the workers share."""
    return sorted(set(_rights(access, group, provinces)))


def compare(wanted: Collection[Right], found: Collection[Right], group: str) -> Comparison:
    """Sort the rights that Kafka has: those wanted, those on what is ours that nobody wants, and those that reach it from beyond."""
    topics = {name(province) for province in PROVINCES for name in _TOPICS}
    others = sorted(set(found) - set(wanted))
    return Comparison(
        missing=tuple(sorted(set(wanted) - set(found))),
        present=tuple(sorted(set(wanted) & set(found))),
        unlisted=tuple(one for one in others if _is_ours(one, topics, group)),
        beyond=tuple(one for one in others if _reaches(one, topics)),
    )


_TOPICS: Final = (progress_topic, alerts_topic, dead_letters_topic)


def _rights(access: Access, group: str, provinces: Collection[str]) -> Iterator[Right]:
    for province in provinces:
        for user in access.senders.get(province, ()):
            yield _on(user, Operation.WRITE, progress_topic(province))
            yield _on(user, Operation.READ, dead_letters_topic(province))
            yield _own_groups(user)
        for user in access.supervisors.get(province, ()):
            yield _on(user, Operation.READ, alerts_topic(province))
            yield _own_groups(user)
        for user in access.workers:
            yield _on(user, Operation.READ, progress_topic(province))
            for topic in _TOPICS:
                yield _on(user, Operation.WRITE, topic(province))
        for user in access.operators:
            for topic in _TOPICS:
                for operation in (
                    Operation.CREATE,
                    Operation.DESCRIBE,
                    Operation.DESCRIBE_CONFIGS,
                    Operation.ALTER_CONFIGS,
                ):
                    yield _on(user, operation, topic(province))
            yield _on(user, Operation.WRITE, progress_topic(province))
    for user in access.workers:
        yield Right(f"User:{user}", Operation.READ, "GROUP", group)


def _on(user: str, operation: Operation, topic: str) -> Right:
    return Right(f"User:{user}", operation, "TOPIC", topic)


def _own_groups(user: str) -> Right:
    return Right(f"User:{user}", Operation.READ, "GROUP", f"{user}.", prefixed=True)


def _is_ours(right: Right, topics: Collection[str], group: str) -> bool:
    if right.resource == "GROUP":
        own = f"{right.principal.partition(':')[2]}."
        return right.name == (own if right.prefixed else group)
    return right.resource == "TOPIC" and not right.prefixed and right.name in topics


def _reaches(right: Right, topics: Collection[str]) -> bool:
    if right.resource != "TOPIC":
        return False
    return right.name == ANYWHERE or (
        right.prefixed and any(topic.startswith(right.name) for topic in topics)
    )
