"""The figures that Trà Vinh prints at the end of 2018, from events of those counts: before its plan's period, on their own days."""

from typing import Any

from tests.support.drafts import Draft
from tests.support.plan_facts import (
    assigned,
    carried,
    connected,
    dossier,
    instant,
    judged,
    mailbox,
    official,
    online,
    procedure,
    registered,
    resolved,
    used,
)
from tests.support.printed.counting import Figures, counted, flow, printed, stock


def dossiers_of_1cua() -> Figures:
    """Trà Vinh, I.1: 624 dossiers of the three departments on 1cua, on the due day, before it, and late."""
    day, due = "2018-12-03", "2018-11-20"
    departments = ("so-tttt", "so-tp", "so-vhttdl")
    given = {
        due: printed("gt-tra-vinh-1cua-sum")["on_time"],
        "2018-11-12": printed("gt-tra-vinh-1cua-sum")["within"],
        "2018-11-21": printed("gt-tra-vinh-1cua-sum")["late"],
    }
    facts = [registered(agency, "2018-01-02", "so") for agency in (*departments, "so-yt")]
    facts.append(dossier("elsewhere", "2018-11-01", "so-yt", due_at=instant(due, 17)))
    facts.append(resolved("elsewhere", "2018-11-30", "so-yt", due_at=instant(due, 17)))
    for ended, count in given.items():
        for number in range(count):
            agency, name = departments[number % 3], f"{ended}-{number}"
            facts.append(dossier(name, "2018-11-01", agency, due_at=instant(due, 17)))
            facts.append(resolved(name, ended, agency, due_at=instant(due, 17)))
    over = {"over": {"list": "units"}}
    late = flow(resolved_at={"gt": {"field": "dossier.due"}})
    before = flow(resolved_at={"by": {"after": "due_at", "days": -1}})
    on_the_day = flow(
        resolved_at={"by": {"after": "due_at", "days": 0}},
        due_at={"by": {"after": "resolved_at", "days": 0}},
    )
    shown = counted(
        "tra-vinh",
        day,
        facts,
        {
            "received": {"value": "dossiers_received", **over},
            "sum": {"value": [on_the_day, before, late], **over},
            "late-share": {"ratio": {"num": late, "den": "dossiers_received"}, **over},
            "on-time-share": {
                "ratio": {
                    "num": "dossiers_decided_on_time",
                    "den": "dossiers_decided_with_due_date",
                },
                **over,
            },
            "on-the-day": {"value": on_the_day, **over},
            "before": {"value": before, **over},
            "late": {"value": late, **over},
        },
        departments,
    )
    plan = "tra-vinh-2019-b-1cua"
    return {
        "gt-tra-vinh-1cua-sum": shown["sum"],
        "gt-tra-vinh-1cua-late": shown["late-share"],
        "gt-tra-vinh-1cua-not-late": shown["on-time-share"],
        f"{plan}-received": shown["received"],
        f"{plan}-on-time": shown["on-the-day"],
        f"{plan}-within-time": shown["before"],
        f"{plan}-late": shown["late"],
    }


def dossiers_of_motcua() -> Figures:
    """Trà Vinh, I.1: of 44 232 dossiers in nine months 40 346 are resolved, the others open."""
    day, (done, every) = "2018-09-30", printed("gt-tra-vinh-motcua-resolved").values()
    facts = [dossier(str(number), "2018-03-01") for number in range(every)]
    facts += [resolved(str(number), "2018-06-01") for number in range(done)]
    shown = counted(
        "tra-vinh",
        day,
        facts,
        {
            "share": {"ratio": {"num": "dossiers_resolved", "den": "dossiers_received"}},
            "open": {"value": "dossiers_open"},
            "received": {"value": "dossiers_received"},
            "resolved": {"value": "dossiers_resolved"},
        },
    )
    return {
        "gt-tra-vinh-motcua-resolved": shown["share"],
        "gt-tra-vinh-motcua-pending": shown["open"],
        "tra-vinh-2019-b-motcua-received": shown["received"],
        "tra-vinh-2019-b-motcua-resolved": shown["resolved"],
    }


def procedures_of_tra_vinh() -> Figures:
    """I.1, I.2: of 1819 procedures 440 are online at level 3 and 203 at level 4."""
    day, every = "2018-12-03", printed("gt-tra-vinh-procedures-online")["procedures"]
    level_3, level_4 = printed("gt-tra-vinh-services-3-4").values()
    facts = [procedure(number, day) for number in range(every)]
    facts += [online(number, day, 3) for number in range(level_3)]
    facts += [online(level_3 + number, day, 4) for number in range(level_4)]
    shown = counted(
        "tra-vinh",
        day,
        facts,
        {
            "share": {"ratio": {"num": "procedures_level_3_up", "den": "procedures_active"}},
            "both": {"value": "procedures_level_3_up"},
            "3": {"value": stock("procedure", "procedure.online_level_changed", new_level=3)},
            "4": {"value": "procedures_level_4"},
            "every": {"value": "procedures_active"},
        },
    )
    return {
        "gt-tra-vinh-procedures-online": shown["share"],
        "gt-tra-vinh-services-3-4": shown["both"],
        "tra-vinh-2019-b-procedures-total": shown["every"],
        "tra-vinh-2019-b-services-level-3-4": shown["both"],
        "tra-vinh-2019-b-services-level-3": shown["3"],
        "tra-vinh-2019-b-services-level-4": shown["4"],
    }


def online_dossiers_of_tra_vinh() -> Figures:
    """I.2: dossiers of level 3 and level 4 procedures, taken in online and directly."""
    day, given = "2018-12-03", printed("gt-tra-vinh-level-3-4-online")
    facts = [
        dossier(
            f"{name}-{number}",
            "2018-05-02",
            procedure_online_level=int(name[1]),
            intake_channel="online" if name[0] == "o" else ("counter", "post")[number % 2],
        )
        for name, count in given.items()
        for number in range(count)
    ]

    def received(**where: Any) -> dict[str, Any]:  # noqa: ANN401 - as YAML gives it
        return {"subject": "dossier", "flow": {"fact": "dossier.received", "where": where}}

    def of_level(level: int) -> dict[str, Any]:
        taken = received(procedure_online_level=level, intake_channel="online")
        return {"ratio": {"num": taken, "den": received(procedure_online_level=level)}}

    shown = counted(
        "tra-vinh",
        day,
        facts,
        {
            "both": {
                "ratio": {
                    "num": "dossiers_received_level_3_4_online",
                    "den": "dossiers_received_level_3_4",
                }
            },
            "3": of_level(3),
            "4": of_level(4),
            **{
                name: {
                    "value": received(
                        procedure_online_level=int(name[1]),
                        intake_channel=["online"] if name[0] == "o" else ["counter", "post"],
                    )
                }
                for name in given
            },
        },
    )
    return {
        "gt-tra-vinh-level-3-4-online": shown["both"],
        "gt-tra-vinh-level-3-online": shown["3"],
        "gt-tra-vinh-level-4-online": shown["4"],
        "tra-vinh-2019-b-level-3-online": shown["o3"],
        "tra-vinh-2019-b-level-3-direct": shown["d3"],
        "tra-vinh-2019-b-level-4-online": shown["o4"],
        "tra-vinh-2019-b-level-4-direct": shown["d4"],
    }


def network_of_tra_vinh() -> Figures:
    """I.5: the dedicated network is set up at 56 agencies, 23 of them use it; by the target's own definition."""
    day, (using, linked) = "2018-12-03", printed("gt-tra-vinh-tslcd-used").values()
    facts = [registered(f"A{number}", day, "so") for number in range(linked)]
    facts += [connected(f"A{number}", day, "tslcd_wan") for number in range(linked)]
    facts += [carried(f"A{number}", day) for number in range(using)]
    figure = judged("tra-vinh", "tslcd-connected-and-used", day, facts).figure
    assert figure.value is not None
    assert figure.numerator is not None
    return {
        "gt-tra-vinh-tslcd-used": figure.value,
        "tra-vinh-2019-b-tslcd-used": figure.numerator,
    }


def mail_of_tra_vinh() -> Figures:
    """I.3: of 6312 mailboxes about 30 % are used; 1894 are the nearest count."""
    day, mailboxes, using = "2018-12-03", 6312, 1894
    facts: list[Draft] = []
    for number in range(mailboxes):
        facts.append(official(f"o{number}", day))
        facts.append(mailbox(f"o{number}", day, f"m{number}"))
    facts += [used(f"o{number}", day, f"m{number}") for number in range(using)]
    figure = judged("tra-vinh", "email-usage-raised", day, facts).figure
    assert figure.value is not None
    return {"tra-vinh-2019-b-mail-usage": figure.value}


def staff_of_tra_vinh() -> Figures:
    """I.6: 139 persons by their degree."""
    day, degrees = "2018-12-03", printed("gt-tra-vinh-it-staff")
    facts = [
        assigned(f"{degree}-{number}", day, degree)
        for degree, count in degrees.items()
        for number in range(count)
    ]
    parts = [stock("official", "staff.assigned", qualification=degree) for degree in degrees]
    shown = counted(
        "tra-vinh",
        day,
        facts,
        {"sum": {"value": parts}, "every": {"value": stock("official", "staff.assigned")}},
    )
    return {"gt-tra-vinh-it-staff": shown["sum"], "tra-vinh-2019-b-it-staff": shown["every"]}
