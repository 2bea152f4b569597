"""Turning days against a reading of every day: between them no figure changes, whatever its window."""

from hypothesis import example, given
from hypothesis import strategies as st

from models.attainment import Reading
from models.changes import PaneKey
from models.days import Day
from models.definitions import Population, WindowName
from models.facts import Assertion
from models.figures import CompiledIndicator, Kept, Sources
from models.forms import Form, RatioForm, ValueForm
from models.panes import PaneTable
from models.register import Register
from models.turning import turning_days
from models.windows import Period

START = Day(17_897)
"""1 January 2019: trailing windows, years and periods all turn near it."""
SPAN = 420

days = st.integers(-130, SPAN).map(lambda day: Day(START + day))
panes = st.dictionaries(
    st.builds(PaneKey, st.sampled_from(["n", "d"]), st.just(""), st.sampled_from("AB"), days),
    st.sampled_from([-1, 1, 1, 2]),
    max_size=25,
)


def registrations(at: list[Day]) -> list[Assertion]:
    """Return entries of an agency that make it a commune and no commune in turn."""
    return [
        Assertion(
            day,  # type: ignore[arg-type]  # any order will do
            "s",
            "i",
            "",
            "A",
            day,
            day,
            0,
            {"level": ("xa", "so")[number % 2], "active": True, "valid_to": None},
        )
        for number, day in enumerate(sorted(at))
    ]


@given(
    panes=panes,
    kind=st.sampled_from(["count", "ratio"]),
    window=st.sampled_from(WindowName),
    period=st.tuples(st.integers(-60, 40), st.integers(50, 390), st.booleans()),
    over=st.booleans(),
    entries=st.lists(days, unique=True, max_size=4),
    first=st.sampled_from([0, 0, 1, 20, 60]),
)
@example(
    panes={PaneKey("n", "", "A", Day(START - 30)): 1},
    kind="count",
    window=WindowName.YEAR,
    period=(-60, 390, False),
    over=False,
    entries=[],
    first=0,
)
def test_a_figure_changes_on_turning_days_only(
    panes: dict[PaneKey, int],
    kind: str,
    window: WindowName,
    period: tuple[int, int, bool],
    entries: list[Day],
    first: int,
    *,
    over: bool,
) -> None:
    """On every other day of the span the figure is that of the day before."""
    start, end, clipped = period
    forms: dict[str, Form] = {"count": ValueForm(("n",)), "ratio": RatioForm(("n",), ("d",))}
    sources = Sources(PaneTable(), Register({}), Kept())
    for pane, amount in panes.items():
        sources.panes.add_all(pane.measure, {(pane.bucket, pane.agency, pane.day): amount})
    sources.register.update("A", registrations(entries))
    indicator = CompiledIndicator(
        plan="p",
        id="i",
        form=forms[kind],
        kind=kind,
        period=Period(Day(START + start), Day(START + end), clipped),
        window=window,
        windows=(window,),
        over=Population(level=("xa",)) if over else None,
        per_agency=False,
        reads=frozenset({"x"}),
        flow_ratio=window is not WindowName.NOW,
        factor=100,
        version="v",
    )
    sources.kept.add("x", "A", 1)

    def reading(day: int) -> Reading:
        return indicator.readings(sources, (day,))[0]

    turning = turning_days(indicator, sources, START + first, START + SPAN)

    assert sorted(set(turning)) == turning
    assert [] == [
        day
        for day in range(START + first, START + SPAN + 1)
        if day not in turning and reading(day) != reading(day - 1)
    ]
