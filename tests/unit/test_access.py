"""The file of users: the rights that follow, and what cannot be said in it."""

import itertools

import pytest

from models.access import Access, Right, compare, read_access, rights
from models.errors import CatalogueError, UsageError
from models.topics import PROVINCES, all_topics

FILE = """
senders:
  tra-vinh: [motcua-tra-vinh]
  dong-nai: [motcua-dong-nai]
supervisors:
  tra-vinh: [ubnd-tra-vinh, bo-tttt]
  dong-nai: [bo-tttt]
workers: [tiendo-worker]
operators: [tiendo-topics]
"""
GROUP = "tiendo"


def of(user: str) -> set[tuple[str, str]]:
    """Return what a user may do: (operation, resource)."""
    return {
        (one.operation, one.name + "*" * one.prefixed)
        for one in rights(read_access(FILE, "access.yaml"), GROUP)
        if one.principal == f"User:{user}"
    }


def test_a_sender_writes_its_province_and_reads_what_was_refused_of_it() -> None:
    """Nothing of another province, and neither events nor alerts of its own."""
    assert {
        ("WRITE", "progress.tra-vinh"),
        ("READ", "deadletters.tra-vinh"),
        ("READ", "motcua-tra-vinh.*"),
    } == of("motcua-tra-vinh")


def test_a_supervisor_reads_the_alerts_of_its_provinces_and_writes_nothing() -> None:
    """The ministry has two, the province's committee one."""
    assert {("READ", "alerts.tra-vinh"), ("READ", "ubnd-tra-vinh.*")} == of("ubnd-tra-vinh")
    assert {
        ("READ", "alerts.tra-vinh"),
        ("READ", "alerts.dong-nai"),
        ("READ", "bo-tttt.*"),
    } == of("bo-tttt")


def test_a_worker_reads_events_only_and_creates_nothing() -> None:
    """It writes the beginning of each day beside alerts and refused records, and shares one group."""
    topics = {topic.name for topic in all_topics()}
    progress = {f"progress.{province}" for province in PROVINCES}

    assert {
        *(("WRITE", topic) for topic in topics),
        *(("READ", topic) for topic in progress),
        ("READ", GROUP),
    } == of("tiendo-worker")


def test_an_operator_creates_topics_and_sends_again_and_reads_nothing() -> None:
    """Alerts are written by workers alone."""
    found = of("tiendo-topics")

    assert {"CREATE", "DESCRIBE", "DESCRIBE_CONFIGS", "ALTER_CONFIGS", "WRITE"} == {
        operation for operation, _ in found
    }
    assert {f"progress.{province}" for province in PROVINCES} == {
        name for operation, name in found if operation == "WRITE"
    }


def test_a_province_that_is_not_asked_for_gets_no_right() -> None:
    """Where a province has a cluster of its own, the others' users are not known there."""
    found = rights(read_access(FILE, "access.yaml"), GROUP, ["dong-nai"])

    assert {"progress.dong-nai", "alerts.dong-nai", "deadletters.dong-nai"} == {
        one.name for one in found if one.resource == "TOPIC"
    }
    assert not [one for one in found if "tra-vinh" in one.principal]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("senders: {ha-noi: [a]}", r"a\.yaml: senders: unknown province ha-noi; known are|unknown"),
        ("sender: {}", "sender: Extra inputs are not permitted"),
        ("workers: tiendo", "workers: Input should be a valid tuple"),
        ("workers: [User:tiendo]", r"workers\.0: String should match"),
        ("workers: ['*']", r"workers\.0: String should match"),
        ("workers: ['']", r"workers\.0: String should have at least 1"),
        ("senders: {tra-vinh: [a], dong-nai: [a]}", "a sends for tra-vinh and for dong-nai"),
        ("workers: [a, a.b]", "the groups of a begin with 'a.', and so does the name of a.b"),
    ],
)
def test_what_cannot_be_is_named_with_its_place(file: str, said: str) -> None:
    """A right that nobody meant is worse than none."""
    with pytest.raises(UsageError, match=said):
        read_access(file, "a.yaml")


def test_a_file_that_is_no_yaml_says_the_line() -> None:
    """The same sentence as of a catalogue's file."""
    with pytest.raises(CatalogueError, match=r"a\.yaml: line 2"):
        read_access("senders: [", "a.yaml")


def test_an_empty_file_gives_nobody_anything() -> None:
    """All is refused that is not granted."""
    assert Access() == read_access("", "a.yaml")
    assert [] == rights(Access(), GROUP)


def test_rights_are_sorted_into_missing_present_unlisted_and_beyond() -> None:
    """What reaches further than our topics is another's decision; what concerns nobody of ours is not even named."""
    wanted = rights(read_access(FILE, "access.yaml"), GROUP)
    gone = Right("User:former", "WRITE", "TOPIC", "progress.tra-vinh")
    group = Right("User:former", "READ", "GROUP", "former.", prefixed=True)
    denied = Right("User:motcua-tra-vinh", "WRITE", "TOPIC", "progress.tra-vinh", allowed=False)
    everywhere = Right("User:auditor", "READ", "TOPIC", "*")
    by_prefix = Right("User:auditor", "READ", "TOPIC", "alerts.", prefixed=True)
    other = Right("User:shop", "READ", "TOPIC", "orders")
    others_prefix = Right("User:shop", "READ", "TOPIC", "orders.", prefixed=True)
    others_group = Right("User:shop", "READ", "GROUP", "orders")

    found = compare(
        wanted,
        {
            *wanted[1:],
            *(gone, group, denied, everywhere, by_prefix, other, others_prefix, others_group),
        },
        GROUP,
    )

    assert (wanted[0],) == found.missing
    assert tuple(wanted[1:]) == found.present
    assert {gone, group, denied} == set(found.unlisted)
    assert {everywhere, by_prefix} == set(found.beyond)


def test_no_two_users_share_a_right_to_a_group() -> None:
    """Who joins another's group takes its records away."""
    found = rights(read_access(FILE, "access.yaml"), GROUP)
    prefixes = [one.name for one in found if one.prefixed]

    for one, another in itertools.permutations(prefixes, 2):
        assert not another.startswith(one)
