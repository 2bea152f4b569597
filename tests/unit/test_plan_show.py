"""`tiendo plan show`: a page that a person holds against the paper, in the plan's order, with nothing left out."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from models.catalogue.checking import check_plan_file
from models.catalogue.shared import read_shared, shared_texts
from streams.cli.app import run
from streams.cli.plan_html import html_of
from streams.cli.plan_page import Entry, Page, page_of
from streams.cli.tables import WIDTH

PLANS = sorted((Path(__file__).parents[2] / "models" / "catalogue" / "plans").glob("*.yaml"))
SHARED = read_shared(shared_texts())
TEXT = """\
plan:
  id: p
  province: tra-vinh
  name_vi: Kế hoạch <năm 2019>
  number: 2373/QĐ-UBND
  issued: "2018-12-03"
  issuing_body: Ủy ban nhân dân tỉnh
  period_start: "2019-01-01"
  period_end: "2019-12-31"
  reading_dates:
    - {day: "2019-10-14", section: II.6, name: {vi: báo cáo, en: report}}

baselines:
  - id: b
    section: I.1
    metric: {vi: tài khoản, en: accounts}
    value: 3000
    qualifier: over
    unit: accounts
    date: "2018-12-03"

inconsistencies:
  - id: i
    section: I.2
    status: ambiguous
    contradiction: {vi: hai số, en: two numbers}
    reading: {vi: số sau, en: the latter}
    targets: [t]

lists:
  units:
    - {code: so-tttt, name: Sở Thông tin và Truyền thông}

measures:
  own: {subject: dossier, flow: {fact: dossier.resolved}}

targets:
  # the first
  - id: t
    section: II.1
    text_vi: Từ 80 đến 90%
    text_en: 80 to 90%
    kind: coverage
    operator: at_least
    value: 80
    upper: 90
    unit: "%"
    measurability: quantified
    value_basis: stated
    start: "2019-02-01"
    deadline: "2019-12-31"
    deadline_basis: plan_end
    recurrence: yearly
    baseline: b
    steps: [{day: "2019-06-30", value: 40}]
    ambiguity: unclear
    missing: {vi: danh sách, en: a list}
    indicator:
      ratio: {num: own, den: dossiers_received}
      house_rule:
        vi: như vậy
        en: like this
      window: year

  - id: u
    section: II.1
    text_vi: Lặp lại
    text_en: Again
    kind: milestone
    operator: at_least
    value: 1
    unit: milestone
    measurability: dated
    value_basis: implied
    deadline: "2020-01-31"
    deadline_basis: stated_quarter
    overlaps_with: [t]
"""


def page(text: str = TEXT) -> Page:
    """Return the page of a plan without faults."""
    checked = check_plan_file("p.yaml", text, SHARED)
    assert () == checked.faults
    assert checked.file is not None
    assert checked.catalogue is not None
    return page_of(checked.file, checked, checked.catalogue, text)


def entry(name: str) -> Entry:
    """Return an entry of the page."""
    (found,) = (one for part in page().parts for one in part.entries if one.id == name)
    return found


def notes(name: str) -> dict[str, str]:
    """Return what is said of an entry."""
    return {note.label: note.text for note in entry(name).notes}


def test_all_that_a_target_says_stands_under_it() -> None:
    """Value, days, definition as written, assumption, where it starts from, what is open."""
    assert {
        "loại": "tỷ lệ phủ, có con số",
        "cần đạt": "ít nhất 80% – 90% (kế hoạch ghi)",
        "hạn": "từ 01/02/2019 đến 31/12/2019 (không ghi: hết kỳ kế hoạch)",
        "bước": "30/06/2019: 40%",
        "lặp": "xét lại mỗi năm",
        "định nghĩa": "Tỷ lệ phần trăm: tử số là số hồ sơ đã giải quyết; mẫu số là số hồ sơ được tiếp nhận; "
        "đọc từ đầu năm đến ngày đọc.",
        "viết trong tệp": "indicator:\n  ratio: {num: own, den: dossiers_received}\n  window: year",
        "giả định": "như vậy",
        "xuất phát": "trên 3.000 tài khoản (03/12/2018)",
        "thiếu": "danh sách",
        "chưa rõ": "unclear",
        "cách hiểu": "số sau (i)",
    } == notes("t")


def test_what_should_be_looked_at_again_stands_with_its_target() -> None:
    """The reviewer sees the notes of `plan check` where they belong."""
    assert {
        "loại": "hoàn thành, có ngày hạn",
        "hạn": "đến 31/01/2020 (kế hoạch ghi quý hoặc ngày)",
        "lặp lại": "t",
        "xem lại": "deadline: 2020-01-31 is outside the plan's period",
    } == notes("u")


def test_the_parts_follow_the_plan() -> None:
    """Sections first, then what stands beside them; a part without a form of its own is shown as written."""
    assert [
        ("Mục II.1", ["t", "u"]),
        ("Hiện trạng", ["b"]),
        ("Chỗ mâu thuẫn", ["i"]),
        ("Danh sách", ["units"]),
        ("Số đo riêng của kế hoạch", ["measures"]),
    ] == [(part.heading, [one.id for one in part.entries]) for part in page().parts]
    assert (
        "measures:\n  own: {subject: dossier, flow: {fact: dossier.resolved}}"
        == notes("measures")[""]
    )
    assert {"so-tttt": "Sở Thông tin và Truyền thông"} == notes("units")


@pytest.mark.slow
@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.stem)
def test_every_target_is_shown_with_its_own_definition(plan: Path) -> None:
    """In the order of the file; what is shown as definition reads as the definition in the file."""
    text = plan.read_text(encoding="utf-8")
    shown = {one.id: one for part in page(text).parts for one in part.entries}

    targets = yaml.safe_load(text)["targets"]

    assert [one["id"] for one in targets] == [
        name for name in shown if name in {one["id"] for one in targets}
    ]
    for target in targets:
        definition = target.get("indicator") or {}
        if definition:
            (written,) = (note.text for note in shown[target["id"]].notes if note.code)
            definition.pop("house_rule", None)
            assert {"indicator": definition} == yaml.safe_load(written)


class Tags(HTMLParser):
    """Collects ids, and checks that every tag that is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an id and, of a tag with an end, that it is open."""
        self.ids += [value for name, value in attrs if name == "id" and value is not None]
        if tag not in {"meta", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        assert tag == self.open.pop()


def test_the_page_to_print_is_one_well_formed_document() -> None:
    """Every entry has an anchor and a box to tick; what a plan writes is text, never markup."""
    document = html_of(page())
    tags = Tags()
    tags.feed(document)
    tags.close()

    assert [] == tags.open
    assert ["t", "u", "b", "i", "units", "measures"] == tags.ids
    assert 6 == document.count('type="checkbox"')
    assert "<title>Kế hoạch &lt;năm 2019&gt;</title>" in document
    assert "trên 3.000 tài khoản" in document


def test_the_command_shows_the_page_on_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Within the width of every other table, and all of it."""
    path = tmp_path / "p.yaml"
    path.write_text(TEXT, encoding="utf-8")

    assert 0 == run(["plan", "show", str(path)])

    out, err = capsys.readouterr()
    assert "" == err
    assert max(map(len, out.splitlines())) <= WIDTH
    assert all(
        one.id in out and one.sentence in out for part in page().parts for one in part.entries
    )


def test_a_plan_with_faults_is_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page of half a plan would be reviewed as if it were the plan."""
    path = tmp_path / "p.yaml"
    path.write_text(TEXT.replace("den: dossiers_received", "den: lost"), encoding="utf-8")

    assert 1 == run(["plan", "show", str(path), "--html", str(tmp_path / "p.html")])

    out, err = capsys.readouterr()
    assert "" == out
    assert f"{path}:59: t: den1: lost is no measure" in err
    assert not (tmp_path / "p.html").exists()
