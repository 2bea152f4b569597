"""The figures that Đồng Nai prints in 2016, from events of those counts."""

from decimal import Decimal
from typing import Any

from tests.support.drafts import Draft
from tests.support.plan_facts import (
    connected,
    online,
    paid,
    procedure,
    project,
    project_status,
    registered,
)
from tests.support.printed.counting import BILLION, Figures, counted, printed, stock


def procedures_of_dong_nai() -> Figures:
    """II.4.2: 148 of 1137 procedures are online at level 3 or 4."""
    day, (level_3_4, every) = "2016-07-27", printed("gt-dong-nai-procedures-online").values()
    facts = [procedure(number, day) for number in range(every)]
    facts += [online(number, day, 3 + number % 2) for number in range(level_3_4)]
    shown = counted(
        "dong-nai",
        day,
        facts,
        {
            "share": {"ratio": {"num": "procedures_level_3_up", "den": "procedures_active"}},
            "level": {"value": "procedures_level_3_up"},
            "every": {"value": "procedures_active"},
        },
    )
    return {
        "gt-dong-nai-procedures-online": shown["share"],
        "dong-nai-2016-2020-b-procedures-level-3-4": shown["level"],
        "dong-nai-2016-2020-b-procedures-total": shown["every"],
    }


def projects_of_dong_nai() -> Figures:
    """II.7: 61 projects by group and by status, and what those completed and those in progress cost."""
    day = "2016-07-27"
    groups = dict(
        zip(
            ("infrastructure", "management", "citizens", "infosec", "hr"),
            printed("gt-dong-nai-projects-groups").values(),
            strict=True,
        )
    )
    statuses = printed("gt-dong-nai-projects-status")
    kinds = [group for group, count in groups.items() for _ in range(count)]
    stands = [status for status, count in statuses.items() for _ in range(count)]
    estimates = [int(part * BILLION) for part in printed("gt-dong-nai-money-in-progress").values()]
    facts: list[Draft] = []
    for number, (group, status) in enumerate(zip(kinds, stands, strict=True)):
        estimate = estimates.pop() if status == "in_progress" and estimates else None
        facts.append(project(f"p{number}", day, group=group, estimate_vnd=estimate))
        preparing = status == "in_progress" and number % 2
        facts.append(project_status(f"p{number}", day, "preparing" if preparing else status))
    for name, part in printed("gt-dong-nai-money-completed").items():
        facts.append(paid(name, day, "plan", int(part * BILLION)))

    def standing(*names: str) -> dict[str, Any]:
        return stock("project", "project.status_changed", to_status=list(names))

    running = ("preparing", "in_progress")
    every = stock("project", "project.registered")
    expected = stock(
        "project", "project.registered", **{"project.status_changed.to_status": list(running)}
    )
    shown = counted(
        "dong-nai",
        day,
        facts,
        {
            "groups": {
                "value": [stock("project", "project.registered", group=group) for group in groups]
            },
            "statuses": {
                "value": [
                    standing("completed"),
                    standing(*running),
                    standing("not_started", "cancelled"),
                ]
            },
            "every": {"value": every},
            "done": {"ratio": {"num": [standing("completed"), standing(*running)], "den": every}},
            "given-up": {"ratio": {"num": standing("cancelled"), "den": every}},
            "completed": {"value": standing("completed")},
            "running": {"value": standing(*running)},
            "waiting": {"value": standing("not_started")},
            "cancelled": {"value": standing("cancelled")},
            "spent": {
                "value": {
                    "subject": "disbursement",
                    "flow": {"fact": "budget.disbursed", "amount": "amount_vnd"},
                }
            },
            "estimated": {"value": {**expected, "amount": "estimate_vnd"}},
        },
    )
    plan = "dong-nai-2016-2020-b-projects"
    return {
        "gt-dong-nai-projects-groups": shown["groups"],
        "gt-dong-nai-projects-status": shown["statuses"],
        "gt-dong-nai-projects-done-or-running": shown["done"],
        "gt-dong-nai-projects-cancelled": shown["given-up"],
        "gt-dong-nai-money-completed": Decimal(shown["spent"]) / BILLION,
        "gt-dong-nai-money-in-progress": Decimal(shown["estimated"]) / BILLION,
        f"{plan}-total": shown["every"],
        f"{plan}-done-or-running-share": shown["done"],
        f"{plan}-completed": shown["completed"],
        f"{plan}-completed-money": Decimal(shown["spent"]) / BILLION,
        f"{plan}-in-progress": shown["running"],
        f"{plan}-in-progress-money": Decimal(shown["estimated"]) / BILLION,
        f"{plan}-not-started": shown["waiting"],
        f"{plan}-cancelled": shown["cancelled"],
    }


def communes_on_the_network_of_dong_nai() -> Figures:
    """II.2: 170 of 171 communes are on the WAN."""
    day, (linked, every) = "2016-07-27", printed("gt-dong-nai-communes-wan").values()
    facts = [registered(f"X{number}", day, "xa") for number in range(every)]
    facts += [connected(f"X{number}", day, "tslcd_wan") for number in range(linked)]
    facts += [registered("H1", day, "huyen"), connected("H1", day, "tslcd_wan")]
    share = {"ratio": {"num": "agencies_on_wan", "den": "agencies_active"}}
    shown = counted("dong-nai", day, facts, {"share": {**share, "over": {"level": ["xa"]}}})
    return {"gt-dong-nai-communes-wan": shown["share"]}
