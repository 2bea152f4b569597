"""Definitions in words: total over the grammar and the vocabulary, and no code of the engine's shows through."""

import re
from collections.abc import Mapping
from typing import Final

import pytest

from models import definitions as grammar
from models.catalogue import load_catalogue
from models.conditions.algebra import FUNCTIONS
from models.definitions import Definition, Indicator, ListRow, Measure, WindowName
from models.events import VOCABULARY, FieldKind
from models.fields import DERIVED, subject_kinds
from models.messages import Message
from models.words import (
    Glossary,
    definition_in_words,
    goal_in_words,
    indicator_in_words,
    load_lexicon,
)

PROVINCES = tuple(load_catalogue().provinces.values())
INDICATORS = [(one.province, made.id) for one in PROVINCES for made in one.indicators]
TARGETS = [(one.province, target.definition.id) for one in PROVINCES for target in one.targets]

_QUOTED = re.compile("“[^”]*”")
_CODE = re.compile(
    r"[a-z0-9]_[a-z0-9]"  # snake_case: a field or a word of an enumeration
    r"|[a-z]\.[a-z]"  # dossier.received
    r"|[a-z0-9]-[a-z]+-[a-z]"  # an id
    r"|\b(?:None|True|False|Decimal|Comparison|datetime)\b"
    r"|[{}=<>]"
    r"|\d{4}-\d\d"  # a date as YAML has it
)


def unexplained(text: str) -> list[str]:
    """Return what a supervisor could not read; codes in quotes have been introduced by what they are codes of."""
    return _CODE.findall(_QUOTED.sub("“”", text))


@pytest.mark.parametrize(("province", "indicator"), INDICATORS)
def test_every_indicator_reads_as_a_sentence(province: str, indicator: str) -> None:
    """In both languages, with a capital and a full stop, NFC, and without a code of the engine's."""
    catalogue = load_catalogue().province(province)
    (made,) = (one for one in catalogue.indicators if one.id == indicator)

    words = definition_in_words(catalogue, made)

    for text in words:
        assert text[0].isupper()
        assert text.endswith(".")
        assert [] == unexplained(text)
    assert words.vi != words.en


@pytest.mark.parametrize(("province", "target"), TARGETS)
def test_every_target_says_what_it_asks_for(province: str, target: str) -> None:
    """A value or a thing done, and a day."""
    catalogue = load_catalogue().province(province)
    (compiled,) = (one for one in catalogue.targets if one.definition.id == target)

    words = goal_in_words(compiled)

    assert f"{compiled.definition.deadline:%d/%m/%Y}" in words.vi
    assert str(compiled.definition.deadline.year) in words.en
    assert [] == unexplained(words.vi + words.en)


def test_the_lexicon_has_every_word_of_the_vocabulary_and_no_other() -> None:
    """Event types, kinds of subjects, fields, derived fields and functions."""
    lexicon = load_lexicon()
    kinds = {kind for one in VOCABULARY.values() for kind in subject_kinds(one)}
    fields = {name for one in VOCABULARY.values() for name in one.fields}

    assert VOCABULARY.keys() == lexicon.facts.keys()
    assert kinds == lexicon.subjects.keys()
    assert fields == lexicon.fields.keys()
    assert DERIVED.keys() == lexicon.derived.keys()
    assert FUNCTIONS.keys() == lexicon.functions.keys()
    assert all(
        words.about.keys() <= subject_kinds(VOCABULARY[name])
        for name, words in lexicon.facts.items()
    )


def test_the_lexicon_has_every_value_of_every_choice() -> None:
    """A field that several types share has the words of all of them; texts may have words too."""
    lexicon = load_lexicon()
    choices: dict[str, set[str]] = {}
    texts: set[str] = set()
    for known in VOCABULARY.values():
        for name, field in known.fields.items():
            choices.setdefault(name, set()).update(field.choices)
            if field.kind in {FieldKind.TEXT, FieldKind.ID}:
                texts.add(name)

    missing = {name: words - lexicon.fields[name].values.keys() for name, words in choices.items()}
    idle = {
        name: words.values.keys() - choices[name]
        for name, words in lexicon.fields.items()
        if choices[name] and name not in texts
    }

    assert {} == {name: words for name, words in (missing | idle).items() if words}


MEASURES: Final = {
    "open": Measure.model_validate(
        {"subject": "dossier", "stock": {"has": {"fact": "dossier.received"}}}
    ),
    "closed": Measure.model_validate(
        {"subject": "dossier", "stock": {"has": {"fact": "dossier.resolved"}}}
    ),
}
GLOSSARY: Final = Glossary(
    load_lexicon(),
    MEASURES,
    {"units": [ListRow(code="a", name="A")], "others": [ListRow(code="b", name="B")]},
)


def words_of(definition: object, window: WindowName = WindowName.NOW) -> Message:
    """Return an indicator in words."""
    indicator = Indicator.model_validate(definition)
    return indicator_in_words(GLOSSARY, indicator, window, share=False, milestone=False)


def value(measure: object) -> dict[str, object]:
    """Return an indicator of one measure."""
    return {"value": measure}


def stock(condition: object, subject: str = "certificate", **more: object) -> dict[str, object]:
    """Return an indicator that counts subjects."""
    return value({"subject": subject, "stock": condition, **more})


def has(**more: object) -> dict[str, object]:
    """Return an indicator that counts certificates with a fact in force."""
    return stock({"has": {"fact": "signature.certificate_issued", **more}})


def within(**more: object) -> dict[str, object]:
    """Return an indicator that counts officials who did something lately."""
    fields = {"fact": "account.used", "days": 30} | more
    return stock({"within": {name: one for name, one in fields.items() if one is not None}}, "official")  # fmt: skip


def flow(**more: object) -> dict[str, object]:
    """Return an indicator that counts payments."""
    return value({"subject": "payment", "flow": {"fact": "payment.made", **more}})


def latest(**more: object) -> dict[str, object]:
    """Return an indicator that is a last value."""
    fields = {"fact": "index.published", "field": "score"} | more
    return {"latest": {"subject": "index", "latest": fields}}


def where(comparison: object, field: str = "amount_vnd") -> dict[str, object]:
    """Return an indicator that counts some payments."""
    return flow(where={field: comparison})


def within_deadline(**more: object) -> dict[str, object]:
    """Return an indicator that counts what happened in time."""
    by = {"after": "requested_at", "days": 5} | more
    clause = {"by": {name: one for name, one in by.items() if one is not None}}
    return has(where={"valid_from": clause})


def of(**population: object) -> dict[str, object]:
    """Return an indicator over some agencies."""
    return {"value": "open", "over": population}


def agencies(**more: object) -> dict[str, object]:
    """Return an indicator that counts agencies."""
    return {"agencies": {"of": {}, "meet": [{"figure": "open"}]} | more}


def meets(**condition: object) -> dict[str, object]:
    """Return an indicator that counts the agencies that meet a condition."""
    return agencies(meet=[{"figure": "open"} | condition])


def checklist(**more: object) -> dict[str, object]:
    """Return an indicator that counts items."""
    return {"checklist": {"items": ["a"], "each": ITEMS} | more}


def change(**against: object) -> dict[str, object]:
    """Return an indicator that is a change."""
    return {"change": {"of": {"value": "open"}, "against": against}}


ITEMS: Final = {
    "subject": "system",
    "stock": {"has": {"fact": "system.deployed"}},
    "bucket": "plan_item",
}
RATIO: Final = {"num": "open", "den": "closed"}
OTHER: Final = {"num": "closed", "den": "open"}

VARIATIONS: Final[Mapping[tuple[str, str], tuple[dict[str, object], dict[str, object]]]] = {
    ("Start", "field"): (has(**{"from": {"field": "valid_to"}}), has(**{"from": {"field": "valid_from"}})),
    ("Start", "days"): (has(**{"from": {"field": "valid_to", "days": 30}}), has(**{"from": {"field": "valid_to", "days": -30}})),
    ("Has", "fact"): (has(), has(fact="signature.certificate_revoked")),
    ("Has", "where"): (has(), has(where={"holder_type": "individual"})),
    ("Has", "start"): (has(), has(**{"from": {"field": "valid_to"}})),
    ("Has", "to"): (has(), has(to="valid_to")),
    ("Has", "until"): (has(), has(until="signature.certificate_revoked")),
    ("Within", "fact"): (within(), within(fact="training.completed")),
    ("Within", "where"): (within(), within(where={"system": "mail"})),
    ("Within", "days"): (within(), within(days=7)),
    ("Within", "same"): (within(), within(days=None, same="year")),
    ("Within", "times"): (within(), within(times=8)),
    ("ConditionNode", "has"): (has(), has(fact="signature.certificate_revoked")),
    ("ConditionNode", "within"): (within(), within(days=7)),
    ("ConditionNode", "all"): (stock("open", "dossier"), stock({"all": ["open", "closed"]}, "dossier")),
    ("ConditionNode", "any"): (stock({"all": ["open", "closed"]}, "dossier"), stock({"any": ["open", "closed"]}, "dossier")),
    ("ConditionNode", "negated"): (stock({"all": ["open", "closed"]}, "dossier"), stock({"all": ["open", {"not": "closed"}]}, "dossier")),
    ("ConditionNode", "function"): (stock("open", "dossier"), stock({"function": "dossier.overdue"}, "dossier")),
    ("Flow", "fact"): (flow(), flow(fact="tender.awarded")),
    ("Flow", "where"): (flow(), flow(where={"channel": "online"})),
    ("Flow", "amount"): (flow(), flow(amount="amount_vnd")),
    ("Flow", "first"): (flow(), flow(first=True)),
    ("Flow", "holding"): (flow(), flow(**{"while": {"has": {"fact": "payment.made"}}})),
    ("Flow", "held"): (flow(), flow(held=60)),
    ("Flow", "bucket"): (
        {"median": {"subject": "index", "flow": {"fact": "index.published", "bucket": "rank"}}},
        {"median": {"subject": "index", "flow": {"fact": "index.published", "bucket": "year"}}},
    ),
    ("Latest", "fact"): (latest(), latest(fact="survey.responded")),
    ("Latest", "where"): (latest(), latest(where={"year": 2018})),
    ("Latest", "field"): (latest(), latest(field="rank")),
    ("Measure", "subject"): (stock({"has": {"fact": "asset.assigned"}}, "asset"), stock({"has": {"fact": "asset.assigned"}}, "official")),
    ("Measure", "flow"): (flow(), stock({"has": {"fact": "payment.made"}}, "payment")),
    ("Measure", "stock"): (stock("open", "dossier"), stock("closed", "dossier")),
    ("Measure", "latest"): (latest(), latest(field="rank")),
    ("Measure", "amount"): (stock({"has": {"fact": "payment.made"}}, "payment"), stock({"has": {"fact": "payment.made"}}, "payment", amount="amount_vnd")),
    ("Measure", "each"): (stock("open", "dossier"), stock("open", "dossier", each=True)),
    ("Measure", "bucket"): (checklist(), checklist(each={**ITEMS, "bucket": "system_type"})),
    ("Ratio", "num"): ({"ratio": RATIO}, {"ratio": {**RATIO, "num": "closed"}}),
    ("Ratio", "den"): ({"ratio": RATIO}, {"ratio": {**RATIO, "den": "open"}}),
    ("Population", "level"): (of(), of(level=["xa"])),
    ("Population", "parent_level"): (of(level=["xa"]), of(parent_level=["xa"])),
    ("Population", "block"): (of(), of(block=["dang"])),
    ("Population", "members"): (of(list="units"), of(list="others")),
    ("Population", "is_administrative"): (of(is_administrative=True), of(is_administrative=False)),
    ("Population", "handles_procedures"): (of(), of(handles_procedures=True)),
    ("Population", "has_one_stop_unit"): (of(), of(has_one_stop_unit=True)),
    ("FigureCondition", "figure"): (meets(), meets(figure="closed")),
    ("FigureCondition", "ratio"): (meets(figure=None, ratio=RATIO), meets(figure=None, ratio=OTHER)),
    ("FigureCondition", "window"): (meets(figure="records", window="30d"), meets(figure="records", window="7d")),
    ("FigureCondition", "at_least"): (meets(), meets(at_least=2)),
    ("FigureCondition", "more_than"): (meets(at_least=2), meets(more_than=2)),
    ("FigureCondition", "at_most"): (meets(at_least=2), meets(at_most=2)),
    ("FigureCondition", "less_than"): (meets(at_most=2), meets(less_than=2)),
    ("Agencies", "of"): (agencies(), agencies(of={"level": ["xa"]})),
    ("Agencies", "among"): (agencies(), agencies(among=[{"figure": "closed"}])),
    ("Agencies", "meet"): (agencies(), agencies(meet=[{"figure": "closed"}])),
    ("Agencies", "weigh"): (agencies(), agencies(weigh="closed")),
    ("Checklist", "items"): (checklist(), checklist(items=["b"])),
    ("Checklist", "members"): (checklist(items=None, list="units"), checklist(items=None, list="others")),
    ("Checklist", "each"): (checklist(), checklist(each={**ITEMS, "subject": "agency"})),
    ("Checklist", "rows"): ({"checklist": {"rows": ["open"]}}, {"checklist": {"rows": ["open", "closed"]}}),
    ("Checklist", "window"): ({"checklist": {"rows": ["records"]}}, {"checklist": {"rows": ["records"], "window": "7d"}}),
    ("Against", "years"): (change(years=-1), change(years=-2)),
    ("Against", "latest"): (change(years=-1), change(**latest())),
    ("Against", "reference"): (change(reference=1), change(reference=2)),
    ("Change", "of"): (change(years=-1), {"change": {"of": {"value": "closed"}, "against": {"years": -1}}}),
    ("Change", "against"): (change(years=-1), change(reference=1)),
    ("Indicator", "value"): (value("open"), value(["open", "closed"])),
    ("Indicator", "least"): (value(["open", "closed"]), {"least": ["open", "closed"]}),
    ("Indicator", "ratio"): (value("open"), {"ratio": RATIO}),
    ("Indicator", "latest"): (value("open"), latest()),
    ("Indicator", "median"): (value("open"), {"median": {"subject": "index", "flow": {"fact": "index.published", "bucket": "rank"}}}),
    ("Indicator", "agencies"): (value("open"), agencies()),
    ("Indicator", "checklist"): (value("open"), checklist()),
    ("Indicator", "change"): (value("open"), change(years=-1)),
    ("Indicator", "over"): (value("open"), of()),
    ("Indicator", "clip"): (value("open"), {"value": "open", "clip": "none"}),
    ("Comparison", "gte"): (where({"gte": 1}), where({"gte": 2})),
    ("Comparison", "gt"): (where({"gte": 1}), where({"gt": 1})),
    ("Comparison", "lte"): (where({"gte": 1}), where({"lte": 1})),
    ("Comparison", "lt"): (where({"lte": 1}), where({"lt": 1})),
    ("Comparison", "contains"): (where({"contains": "a"}, "payer_id"), where({"contains": "b"}, "payer_id")),
    ("Comparison", "starts_with"): (where({"contains": "a"}, "payer_id"), where({"starts_with": "a"}, "payer_id")),
    ("Comparison", "exists"): (where({"exists": True}), where({"exists": False})),
    ("Comparison", "by"): (has(), within_deadline()),
    ("FieldReference", "field"): (where({"lte": {"field": "paid_at"}}, "paid_at"), where({"lte": {"field": "payer_id"}}, "paid_at")),
    ("Deadline", "after"): (within_deadline(), within_deadline(after="valid_to")),
    ("Deadline", "days"): (within_deadline(), within_deadline(days=6)),
    ("Deadline", "working_days"): (within_deadline(), within_deadline(days=None, working_days=5)),
}  # fmt: skip
"""(shape, field) -> two definitions that differ by that field."""

SAID_ELSEWHERE: Final = {
    ("Indicator", "window"),  # by the window that it is compiled to: see below
    ("Indicator", "house_rule"),  # stands beside the words, as it is
}
SHAPES: Final = (
    grammar.Start, grammar.Has, grammar.Within, grammar.ConditionNode, grammar.Flow, grammar.Latest,
    grammar.Measure, grammar.Ratio, grammar.Population, grammar.FigureCondition, grammar.Agencies,
    grammar.Checklist, grammar.Against, grammar.Change, grammar.Indicator, grammar.Comparison,
    grammar.FieldReference, grammar.Deadline,
)  # fmt: skip


@pytest.mark.parametrize("varied", VARIATIONS, ids="{0[0]}.{0[1]}".format)
def test_whatever_a_definition_says_is_heard(varied: tuple[str, str]) -> None:
    """Two definitions that differ by one field differ in words, in both languages."""
    first, second = (words_of(definition) for definition in VARIATIONS[varied])

    assert first.vi != second.vi
    assert first.en != second.en


def test_no_field_of_the_grammar_is_left_without_words() -> None:
    """Whoever adds a field to a shape adds its words, and the variation that shows them."""
    fields = {(shape.__name__, name) for shape in SHAPES for name in shape.model_fields}

    assert fields == VARIATIONS.keys() | SAID_ELSEWHERE


def test_no_shape_of_the_grammar_is_left_without_words() -> None:
    """The shapes that an indicator is made of, found by walking from it, are those tried here."""
    found: set[type[Definition]] = set()
    asked: list[object] = [Indicator]
    while asked:
        annotation = asked.pop()
        if isinstance(annotation, type) and issubclass(annotation, Definition):
            if annotation in found:
                continue
            found.add(annotation)
            asked += [field.annotation for field in annotation.model_fields.values()]
        asked += getattr(annotation, "__args__", ())

    assert {*SHAPES, grammar.Text} == found


def test_each_window_has_words() -> None:
    """No two windows read alike."""
    said = {words_of(value("records"), window) for window in WindowName}

    assert len(WindowName) == len(said)


def test_a_share_a_quotient_a_milestone_and_a_count_are_told_apart() -> None:
    """The same form reads otherwise in another unit."""
    indicator = Indicator.model_validate({"checklist": {"rows": ["open", "closed"]}})
    said = {
        indicator_in_words(GLOSSARY, indicator, WindowName.NOW, share=share, milestone=milestone)
        for share, milestone in ((True, False), (False, True), (False, False))
    }

    assert 3 == len(said)


def test_the_words_of_a_target_read_like_the_plan() -> None:
    """Bà Rịa - Vũng Tàu asks 75 % of commune officials to use their mailbox regularly."""
    catalogue = load_catalogue().province("ba-ria-vung-tau")
    (target,) = (
        one
        for one in catalogue.targets
        if one.definition.id == "ba-ria-vung-tau-2011-2015-email-use-commune"
    )
    assert target.indicator is not None

    words = definition_in_words(catalogue, target.indicator)

    assert (
        "có dùng tài khoản (hệ thống: thư điện tử công vụ) ít nhất 8 ngày trong 30 ngày gần nhất"
        in words.vi
    )
    assert "have used an account (system: official mail) on at least 8 days within the last 30 days" in words.en  # fmt: skip
    assert "chỉ tính cơ quan trong danh bạ (cấp: xã)" in words.vi
    assert "Cần ít nhất 75%, hạn 31/12/2015" == goal_in_words(target).vi
