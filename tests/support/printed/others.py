"""The figures that Bà Rịa - Vũng Tàu, Hải Dương and Bình Thuận print, from events of those counts."""

from decimal import Decimal

from tests.support.drafts import Draft
from tests.support.plan_facts import (
    allocated,
    deployed,
    judged,
    online,
    paid,
    procedure,
    registered,
)
from tests.support.printed.counting import BILLION, Figures, counted, printed, stock


def services_of_ba_ria_vung_tau() -> Figures:
    """PL3.3: 20 + 30 + 13 rows, each a service of its own, all online; by the target's own definition."""
    day, levels = "2015-06-01", printed("gt-brvt-services-63")
    tiers = [tier for tier, count in levels.items() for _ in range(count)]
    facts: list[Draft] = []
    for row, tier in enumerate(tiers, 1):
        level = "so" if tier == "tinh" else tier
        facts.append(
            procedure(row, day, handling_level=level, in_plan_list="brvt-63", list_row=row)
        )
        facts.append(online(row, day, 3))
    figure = judged("ba-ria-vung-tau", "services-63-level-3", day, facts).figure
    assert figure.value is not None
    parts = [
        stock("procedure", "procedure.registered", handling_level=level)
        for level in ("so", "huyen", "xa")
    ]
    shown = counted("ba-ria-vung-tau", day, facts, {"sum": {"value": parts}})
    return {
        "gt-brvt-services-63": shown["sum"],
        "ba-ria-vung-tau-2011-2015-b-services-63": figure.value,
    }


def procedures_of_ba_ria_vung_tau() -> Figures:
    """PL3.1: 1549 procedures in all, 832 of them with the twelve departments and boards."""
    day, departments = "2011-01-25", printed("gt-brvt-departments-procedures")
    total = printed("gt-brvt-1549-gap")["total"]
    owners = [owner for owner, count in departments.items() for _ in range(count)]
    owners += ["others"] * (total - len(owners))
    facts = [procedure(number, day, owner_agency_id=owner) for number, owner in enumerate(owners)]
    owned = stock("procedure", "procedure.registered", owner_agency_id=list(departments))
    shown = counted(
        "ba-ria-vung-tau",
        day,
        facts,
        {"departments": {"value": owned}, "every": {"value": "procedures_active"}},
    )
    return {
        "gt-brvt-departments-procedures": shown["departments"],
        "ba-ria-vung-tau-2011-2015-b-procedures-total": shown["every"],
    }


def budget_of_hai_duong() -> Figures:
    """II.6: seven lines of the budget of 2016, in billions with one decimal, add up to the đồng."""
    day = "2016-12-29"
    facts = [
        allocated(name, day, "hai-duong-2016", int(part * BILLION))
        for name, part in printed("gt-hai-duong-budget").items()
    ]
    money = {
        "subject": "allocation",
        "flow": {"fact": "budget.allocated", "amount": "amount_vnd"},
    }
    shown = counted("hai-duong", day, facts, {"sum": {"value": money}})
    return dict.fromkeys(
        ("gt-hai-duong-budget", "hai-duong-2017-b-budget-2016-total"),
        Decimal(shown["sum"]) / BILLION,
    )


def sites_of_hai_duong() -> Figures:
    """II.4.1: over 200 of 265 communes run a site."""
    day, (sites, communes) = "2016-12-29", printed("gt-hai-duong-commune-sites").values()
    facts = [registered(f"X{number}", day, "xa") for number in range(communes)]
    facts += [deployed(f"X{number}", day, "website") for number in range(sites)]
    over = {"over": {"level": ["xa"]}}
    shown = counted(
        "hai-duong",
        day,
        facts,
        {
            "share": {"ratio": {"num": "agencies_with_website", "den": "agencies_active"}, **over},
            "sites": {"value": "agencies_with_website", **over},
        },
    )
    return {
        "gt-hai-duong-commune-sites": shown["share"],
        "hai-duong-2017-b-commune-sites": shown["sites"],
    }


def one_stop_of_hai_duong() -> Figures:
    """II.5.1: all twelve districts run the electronic one-stop; by the target's own definition."""
    day, (done, districts) = "2016-12-29", printed("gt-hai-duong-one-stop-district").values()
    facts = [registered(f"H{number}", day, "huyen") for number in range(districts)]
    facts += [deployed(f"H{number}", day, "one_stop") for number in range(done)]
    figure = judged("hai-duong", "one-stop-district", day, facts).figure
    assert figure.value is not None
    assert figure.numerator is not None
    return {
        "gt-hai-duong-one-stop-district": figure.value,
        "hai-duong-2017-b-one-stop-districts": figure.numerator,
    }


def budget_of_binh_thuan() -> Figures:
    """IV: what was paid for 2017 and allotted for 2018 is the whole need, to the đồng; by the targets' own definitions."""
    day, parts = "2018-06-01", printed("gt-binh-thuan-budget")
    facts = [
        paid("old", day, "binh-thuan-2017", parts["p2017"]),
        allocated("new", day, "binh-thuan-2018", parts["p2018"]),
    ]
    shown = {
        target: judged("binh-thuan", target, day, facts).figure.value
        for target in ("budget-2018-total", "budget-2017-projects-paid", "budget-2018-new-projects")
    }
    whole, old, new = shown.values()
    assert whole is not None
    assert old is not None
    assert new is not None
    return {
        "gt-binh-thuan-budget": whole,
        "binh-thuan-2018-b-budget-2018-total": whole,
        "binh-thuan-2018-b-budget-2017-projects": old,
        "binh-thuan-2018-b-budget-2018-projects": new,
    }
