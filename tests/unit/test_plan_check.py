"""`tiendo plan check`: everything that is wrong with a plan at once, each fault with file, line, id, field and mend."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.catalogue.checking import CheckedPlan, check_plan_file
from models.catalogue.marks import BLANK
from models.catalogue.shared import HOUSE_FILE, MEASURES_FILE, read_shared, shared_texts
from streams.cli.app import run
from tests.support.small_catalogue import HOUSE, MEASURES, PLAN_FILE, files, spoil
from tests.unit.test_catalogue_faults import SPOILT, SPOILT_INDICATORS

PLANS = Path(__file__).parents[2] / "models" / "catalogue" / "plans"
SHARED = read_shared(
    {MEASURES_FILE: yaml.safe_dump(MEASURES), HOUSE_FILE: yaml.safe_dump(HOUSE, allow_unicode=True)}
)
WRONG = """\
plan:
  id: p
  province: dong-nai
  name_vi: Kế hoạch
  number: null
  issued: null
  issuing_body: Ủy ban nhân dân
  period_start: "2017-01-01"
  period_end: 31/12/2017
measures:
  mine: {subject: dossier, flow: {fact: dossier.received, were: {}}}
  other: {subject: dossier, flow: {fact: dossier.recieved}}
targets:
  - id: a
    section: I
    text_vi: Toàn bộ
    text_en: All
    kind: cover
    operator: at_least
    value: 100
    unit: "%"
    measurability: quantified
    value_basis: stated
    deadline: "2017-12-31"
    deadline_basis: plan_end
    overlaps_with: [c]
    indicator:
      ratio: {num: recieved, den: mine}
  - id: b
    section: I
    text_vi: Toàn bộ
    text_en: All
    kind: coverage
    operator: at_least
    value: 100
    unit: "%"
    measurability: quantified
    value_basis: stated
    dedline: "2017-12-31"
    deadline_basis: plan_end
    indicator:
      value:
        subject: dossier
        flow:
          fact: dossier.received
          where: {intake_channel: onlin, due: true}
"""


def checked(data: Mapping[str, Any]) -> CheckedPlan:
    """Return what is found in the small catalogue's first plan."""
    return check_plan_file(PLAN_FILE, yaml.safe_dump(data[PLAN_FILE], allow_unicode=True), SHARED)


def test_everything_that_is_wrong_is_found_at_once() -> None:
    """YAML, shapes, words, names and references: one fault hides no other, and brings about no other."""
    found = check_plan_file("p.yaml", WRONG, SHARED)

    assert [
        (9, "p", "period_end", "write it as 2019-10-31"),
        (11, "mine", "flow.were", "did you mean where? otherwise take it away"),
        (
            12,
            "other",
            "fact",
            "did you mean dossier.received? otherwise take one of the vocabulary of events",
        ),
        (18, "a", "kind", "did you mean coverage?"),
        (26, "a", "overlaps_with", "take it away"),
        (28, "a", "num1", "did you mean received? otherwise define it under `measures`"),
        (29, "b", "deadline", "add `deadline:`"),
        (39, "b", "dedline", "did you mean deadline? otherwise take it away"),
        (46, "b", "intake_channel", "did you mean online? otherwise take one of those"),
        (46, "b", "due", "did you mean due_at? otherwise take one of FIELDS"),
    ] == [
        (one.line, one.id, one.field, re.sub(r"one of \w+(, \w+){4,}", "one of FIELDS", one.mend))
        for one in found.faults
    ]
    assert {"p.yaml"} == {one.file for one in found.faults}
    assert found.catalogue is None


@pytest.mark.parametrize(
    ("path", "value"),
    [(path, value) for file, path, value, _ in SPOILT if file == PLAN_FILE and path]
    + [("targets.0.indicator", indicator) for indicator, _ in SPOILT_INDICATORS],
)
def test_each_fault_has_a_line_and_a_mend(path: str, value: Any) -> None:  # noqa: ANN401 - as YAML gives it
    """A message that says what to give is its own mend."""
    data = files()
    spoil(data[PLAN_FILE], path, value)

    for fault in checked(data).faults:
        assert fault.line is not None
        assert fault.mend or fault.message.startswith("give ")
        assert fault.id is not None
        assert fault.field


@pytest.mark.parametrize(
    ("path", "value", "field", "mend"),
    [
        ("targets.0.baseline", "dossier", "baseline", "did you mean dossiers?"),
        ("targets.0.baseline", "x", "baseline", "write it under `baselines`"),
        ("targets.0.indicator.over", {"level": ["huyenn"]}, "level", "did you mean huyen?"),
        ("targets.0.indicator.over", {"parent_level": ["??"]}, "parent_level", "take one of those"),
        ("targets.0.indicator.over", {"block": ["dangg"]}, "block", "did you mean dang?"),
        ("targets.0.indicator.over", {"list": "unit"}, "list", "did you mean units?"),
        ("targets.0.indicator.ratio.den", "recieved", "den1", "did you mean received?"),
        ("measures", {1: {}}, "subject", "add `subject:`"),
    ],
)
def test_a_word_that_is_not_known_is_mended_by_the_nearest(
    path: str, value: object, field: str, mend: str
) -> None:
    """Baselines, lists, measures, and what the register says of agencies; a fault beside it hides none."""
    data = files()
    data[PLAN_FILE]["baselines"] = [
        {
            "id": "dossiers",
            "section": "I",
            "metric": {"vi": "hồ sơ", "en": "dossiers"},
            "value": 1,
            "unit": "dossiers",
            "date": "2016-12-29",
        }
    ]
    spoil(data[PLAN_FILE], "targets.0.indicator.ratio.num", "openn")
    spoil(data[PLAN_FILE], path, value)

    found = {one.field: one for one in checked(data).faults}

    assert {field, "num1"} == set(found)
    assert found[field].mend.startswith(mend)


def test_a_plan_without_faults_is_compiled() -> None:
    """What is checked is what would run."""
    found = checked(files())

    assert () == found.faults
    assert found.catalogue is not None
    assert ["t"] == [target.definition.id for target in found.catalogue.targets]


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "plan", "a: [", "a: 1\n\tb: 2", "targets: 3\nplan: []", "plan: ___"),
        "plan: {}\nbaselines: [{id: [1]}]\ntargets: [{id: a, baseline: a}]",
    ],
)
def test_a_file_that_is_no_plan_has_faults_all_the_same(text: str) -> None:
    """Whatever a file holds, its author is told."""
    found = check_plan_file("p.yaml", text, SHARED)

    assert found.faults
    assert found.catalogue is None


def test_of_a_file_that_is_no_yaml_the_line_is_told() -> None:
    """Nothing behind it can be read."""
    (fault,) = check_plan_file("p.yaml", "plan:\n  id: [a\ntargets: []\n", SHARED).faults

    assert (3, None) == (fault.line, fault.id)


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("plan.province", "ha-noi", "province"),
        ("plan.period_start", "2018-01-01", "period_end"),
        ("targets.0.deadline", "2016-12-31", "deadline"),
        ("targets.0.start", "2018-06-01", "start"),
        ("targets.0.unit", "dosiers", "unit"),
        ("targets.0.indicator", None, "indicator"),
        ("targets.0.text_vi", "Thường xuyên sử dụng", "house_rule"),
        ("targets.0.text_vi", "Toa\u0300n bộ", "text_vi"),
        ("targets", [], "targets"),
    ],
)
def test_what_should_be_looked_at_again_is_no_fault(path: str, value: object, field: str) -> None:
    """The plan may say so: it loads all the same, and the note has a line and a mend."""
    data = files()
    spoil(data[PLAN_FILE], path, value)

    found = checked(data)

    assert () == found.faults
    assert field in [one.field for one in found.advice]
    assert all(one.line is not None and one.mend and one.advice for one in found.advice)


def test_an_open_word_with_an_assumption_needs_no_note() -> None:
    """The assumption is what the note asks for."""
    data = files()
    target = data[PLAN_FILE]["targets"][0]
    target["text_vi"] = "Thường xuyên sử dụng"
    target["indicator"]["house_rule"] = {"vi": "ít nhất 8 ngày", "en": "at least 8 days"}

    assert () == checked(data).advice


@pytest.mark.parametrize("plan", sorted(PLANS.glob("*.yaml")), ids=lambda plan: plan.stem)
def test_the_plans_that_ship_have_no_fault(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command loads them as the product does; what it prints are notes."""
    assert 0 == run(["plan", "check", str(plan)])

    out, err = capsys.readouterr()
    assert all(line.startswith(f"{plan}:") and ": note: " in line for line in out.splitlines())
    assert re.fullmatch(r"[1-9]\d* targets, 0 faults, \d+ notes?\n", err)


def test_the_command_prints_a_line_a_fault_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With file and line as compilers write them."""
    path = tmp_path / "p.yaml"
    path.write_text(WRONG.replace("cover\n", "coverage\n"), encoding="utf-8")

    assert 1 == run(["plan", "check", str(path)])

    out, err = capsys.readouterr()
    assert out.startswith(f"{path}:9: p: period_end: Input should be a valid date")
    assert re.search(r"^2 targets, \d+ faults, 0 notes$", err, re.MULTILINE)


def test_a_file_in_another_encoding_is_one_sentence_with_the_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Vietnamese files of old are not all UTF-8."""
    path = tmp_path / "p.yaml"
    path.write_bytes("plan: Kế hoạch".encode("cp1258", errors="replace") + b"\xff")

    assert 2 == run(["plan", "check", str(path)])
    assert "save it as UTF-8" in capsys.readouterr().err


def test_every_blank_of_a_new_plan_is_a_fault_until_it_is_filled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing else is wrong with it: once its blanks are filled in, the template is a plan."""
    assert 0 == run(["plan", "new", "ha-noi-2021-2025"])
    template = capsys.readouterr().out
    lines = [
        number
        for number, line in enumerate(template.splitlines(), 1)
        if BLANK in line.partition("#")[0]
    ]
    path = tmp_path / "p.yaml"
    path.write_text(template, encoding="utf-8")

    assert 1 == run(["plan", "check", str(path)])
    said = capsys.readouterr().out.splitlines()

    assert [f"{path}:{number}:" for number in lines] == [line.partition(" ")[0] for line in said]
    assert all("is still blank; fill it in from the plan" in line for line in said)

    for blank, filled in (
        (f'start: "{BLANK}"', 'start: "2021-01-01"'),
        (f'"{BLANK}"', '"2025-12-31"'),
        (f"value: {BLANK}", "value: 80"),
        (f"province: {BLANK}", "province: hai-duong"),
        (BLANK, "Mục"),
    ):
        template = template.replace(blank, filled)
    path.write_text(template, encoding="utf-8")

    assert 0 == run(["plan", "check", str(path)])
    assert ("", "1 target, 0 faults, 0 notes\n") == capsys.readouterr()


def test_what_is_said_of_a_new_plan_is_filled_in(capsys: pytest.CaptureFixture[str]) -> None:
    """Province and days are asked for once."""
    arguments = ["--province", "ha-noi", "--start", "2021-01-01", "--end", "2025-12-31"]

    assert 0 == run(["plan", "new", "ha-noi-2021-2025", *arguments])

    plan = yaml.safe_load(capsys.readouterr().out)["plan"]
    assert ("ha-noi-2021-2025", "ha-noi") == (plan["id"], plan["province"])
    assert ("2021-01-01", "2025-12-31") == (plan["period_start"], plan["period_end"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Hà Nội"], "ID 'Hà Nội' is no slug"),
        (["p", "--province", "Hà Nội"], "--province 'Hà Nội' is no slug"),
        (["p", "--end", "31/12/2025"], "--end '31/12/2025' is no day: write it as 2021-01-01"),
        (["p", "--end", "2025-02-30"], "--end '2025-02-30' is no day: write it as 2021-01-01"),
    ],
)
def test_a_new_plan_is_refused_what_no_plan_has(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ids and days are hard to change later."""
    assert 2 == run(["plan", "new", *arguments])

    out, err = capsys.readouterr()
    assert "" == out
    assert said in err


def test_the_shared_files_are_those_that_ship() -> None:
    """A plan is checked against what it will run with."""
    assert {MEASURES_FILE, HOUSE_FILE} == set(shared_texts())
    assert "officials" in read_shared(shared_texts()).measures.measures
