"""Measures in words: a noun phrase that says what is counted or summed.

What is counted takes "số" or "number of" before it; a sum and a last value carry their own.
"""

from collections.abc import Sequence
from typing import Final

from models.definitions import Condition, Flow, Latest, Measure, MeasureReference
from models.messages import Message
from models.words.conditions import condition_in_words, fact_in_force
from models.words.glossary import Glossary
from models.words.phrases import appended, bracketed, counted, listed, say
from models.words.where import where_in_words

_RECORDS: Final = Message(
    "bản ghi được chấp nhận (không kể sự kiện đăng ký)",
    "accepted records (registrations apart)",
)


def things_in_words(glossary: Glossary, reference: MeasureReference) -> Message:
    """Return what a measure counts: "hồ sơ đã giải quyết (kết quả: chấp thuận)"."""
    measure = glossary.measure(reference)
    if measure is None:
        return _RECORDS
    if measure.flow is not None:
        return _flow(glossary, measure.subject, measure.flow)
    if measure.latest is not None:
        return latest_in_words(glossary, measure.latest)
    if measure.stock is not None:
        return _stock(glossary, measure, measure.stock)
    raise LookupError("a measure is a flow, a stock or a last value")


def amount_in_words(glossary: Glossary, reference: MeasureReference) -> Message:
    """Return the amount of a measure: "số hồ sơ đã giải quyết", "tổng số tiền của ..."."""
    measure, things = glossary.measure(reference), things_in_words(glossary, reference)
    if measure is not None and measure.latest is not None:
        return things
    summed = _summed(measure)
    if summed is not None:
        field = glossary.lexicon.field(summed)
        return say("tổng {field} của {things}", "sum of {field} of {things}", field=field, things=things)  # fmt: skip
    if measure is not None and measure.flow is not None and measure.flow.held is not None:
        return say("số phút của {things}", "minutes of {things}", things=things)
    return say("số {things}", "number of {things}", things=things)


def sum_in_words(glossary: Glossary, references: Sequence[MeasureReference]) -> Message:
    """Return the sum of several measures."""
    return listed(
        [amount_in_words(glossary, one) for one in references], " cộng với ", " plus the "
    )


def bucket_in_words(glossary: Glossary, reference: MeasureReference) -> Message:
    """Return the field that keeps the amounts of a measure apart."""
    measure = glossary.measure(reference)
    bucket = None
    if measure is not None:
        bucket = measure.bucket if measure.flow is None else measure.flow.bucket
    if bucket is None:
        raise LookupError(f"{reference} has no bucket")
    return glossary.lexicon.field(bucket)


def latest_in_words(glossary: Glossary, latest: Latest) -> Message:
    """Return the last value of a field."""
    lexicon = glossary.lexicon
    return say(
        "{field} gần nhất của {fact}{where}",
        "latest {field} of {fact}{where}",
        field=lexicon.field(latest.field),
        fact=lexicon.fact(latest.fact),
        where=bracketed(where_in_words(lexicon, latest.fact, latest.where)),
    )


def _summed(measure: Measure | None) -> str | None:
    if measure is None:
        return None
    return measure.amount if measure.flow is None else measure.flow.amount


def _flow(glossary: Glossary, kind: str, flow: Flow) -> Message:
    lexicon = glossary.lexicon
    tails = [bracketed(where_in_words(lexicon, flow.fact, flow.where))]
    subject = lexicon.subject(kind)
    if flow.first:
        tails.append(
            say(
                ", chỉ lần đầu của mỗi {subject}",
                ", only the first of each of the {subject}",
                subject=subject,
            )
        )
    if flow.holding is not None:
        holding = condition_in_words(glossary, kind, flow.holding)
        tails.append(
            say(
                ", của {subject} mà cuối ngày đó {holding}",
                ", of {subject} that at that day's end {holding}",
                subject=subject, holding=holding,
            )
        )  # fmt: skip
    if flow.held is not None:
        held = counted(flow.held)
        tails.append(
            say(
                ", mỗi báo cáo có giá trị đến báo cáo sau, nhiều nhất {held} phút",
                ", each holding until the next one, {held} minutes at most",
                held=held,
            )
        )
    return appended(lexicon.fact(flow.fact), tails)


def _stock(glossary: Glossary, measure: Measure, stock: Condition) -> Message:
    lexicon = glossary.lexicon
    phrase = say(
        "{subject} {condition}",
        "{subject} that {condition}",
        subject=lexicon.subject(measure.subject),
        condition=condition_in_words(glossary, measure.subject, stock),
    )
    if not measure.each:
        return phrase
    fact = lexicon.fact(fact_in_force(glossary, stock))
    return say("{fact} của {phrase}", "{fact} of {phrase}", fact=fact, phrase=phrase)
