"""An opened figure for people: each part with the subjects that make it, each fact with the event that tells it.

Vietnamese first; names of facts and subjects are the lexicon's, and what is left out is told with its sums.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from models.contributions import Contribution, Fact
from models.days import Instant, date_of, datetime_of
from models.events import VOCABULARY
from models.messages import Message
from models.opening import Part, Role
from models.restating import Changed
from models.words import load_lexicon
from streams.cli.opened_json import Opened, shown, value_json
from streams.cli.opening import Days, OpenedPart
from streams.cli.restated import Restated
from streams.cli.searched import words
from streams.cli.words import day, figure
from streams.log_search import Searched

_FACTS_SHOWN: Final = 8
"""Facts of a subject on a page, the last ones; `--json` has them all."""

_TITLES: Final = {
    Role.FIGURE: Message("Mở số liệu", "The figure, opened"),
    Role.TERM: Message("Mở số hạng {name}", "Term {name}, opened"),
    Role.BEFORE: Message("Mở số liệu cùng kỳ trước", "The figure of the earlier span, opened"),
    Role.AGAINST: Message("Mở giá trị đem so", "What it is measured against, opened"),
    Role.AMONG: Message("Mở điều kiện được xét {name}", "What agencies are chosen by ({name})"),
    Role.CONDITION: Message("Mở điều kiện {name}", "Condition {name}, opened"),
    Role.ROW: Message("Mở mục {name}", "Row {name}, opened"),
}


def opened_page(opened: Opened) -> Iterable[RenderableType]:
    """Yield the published rows, what restated them, and each part of the figure."""
    yield from _told(opened)
    for part in opened.parts:
        yield from _part(part, opened)


def _part(opened: OpenedPart, shows: Opened) -> Iterable[RenderableType]:
    part, listing = opened.part, opened.listing
    title = _TITLES[part.role].format(name=Message(part.name, part.name))
    first, last = part.counted.span
    span = f"đến {day(date_of(last))}" if first is None else f"{day(date_of(first))} – {day(date_of(last))}"  # fmt: skip
    text = Text.assemble(("\n", ""), (title.vi, "bold"), f" ({span}): ", _sums(part, *shown(part, listing.total)))  # fmt: skip
    text.append(f"\n  {title.en}", style="dim")
    if part.text is not None:
        text.append(f"\n  {part.text.vi}")
        text.append(f"\n  {part.text.en}", style="dim")
    yield text
    for one in listing.listed:
        yield _subject(part, one)
        yield from _facts(one.facts, shows)
    for number in opened.days:
        yield from _records(number)
    if opened.days:
        yield Text("  Mỗi bản ghi được chấp nhận được đếm vào ngày của sự kiện, gửi lại cũng đếm.", style="dim")  # fmt: skip
        yield from _unread(shows.log)
    left = shown(part, listing.left)
    if any(left) and not opened.days:
        more = Text.assemble("  … còn lại: ", _sums(part, *left), " (--limit 0 mở hết)")
        if not opened.in_order:
            more.append("; chưa xem hết nên có thể còn nơi thiếu nhiều hơn")
        more.stylize("dim")
        yield more


def _sums(part: Part, counted: object, among: object) -> str:
    if part.counted.bucket is None:
        return f"{figure(counted)} lượt"
    return figure(counted) if part.among is None else f"{figure(counted)}/{figure(among)}"


def _subject(part: Part, one: Contribution) -> Text:
    counted, among = shown(part, one.sums)
    called = load_lexicon().subject(one.subject.kind).vi
    text = Text.assemble("  ", called, " ", (one.subject.key, "bold"), ": ")
    text.append(_sums(part, counted, among))
    if part.among is not None and among and not counted:
        text.append(" (chỉ ở mẫu số)", style="red")
    if one.buckets:
        text.append(f" – {', '.join(one.buckets)}")
    return text


def _facts(facts: Sequence[Fact], shows: Opened) -> Iterable[Text]:
    earlier = len(facts) - _FACTS_SHOWN
    if earlier > 0:
        yield Text(f"    … {earlier} sự kiện trước đó (--json có đủ)", style="dim")
    by_day = sorted(facts, key=lambda fact: (fact.assertion.day, fact.assertion.moment))
    for fact in by_day[-_FACTS_SHOWN:]:
        yield _fact(fact, shows)


def _fact(fact: Fact, shows: Opened) -> Text:
    key, told = fact.key, fact.assertion
    known = VOCABULARY[key.type]
    when = day(date_of(told.day))
    if not known.moment_is_date and told.payload is not None:
        when = f"{datetime_of(told.moment):%d/%m/%Y %H:%M}"
    text = Text.assemble("    ", (key.type, "cyan"), f" {key.key}, {when}, {told.agency}")
    if told.payload is None:
        text.append(" – rút lại", style="red")
    elif not fact.about:
        text.append(" – nói về đối tượng khác")
    else:
        read = shows.fields.get(key.type, frozenset())
        values = [
            f"{name}={value_json(known.fields[name].kind, told.payload[name])}"
            for name in known.fields
            if name in read and name in told.payload
        ]
        text.append(f" – {', '.join(values)}" if values else "")
    text.append(_origin(told.id, told.source, told.offset, told.recorded), style="dim")
    return text


def _origin(event: str, source: str, offset: int, recorded: Instant) -> str:
    return (
        f"\n      sự kiện {event}, nguồn {source}, offset {offset},"
        f" ghi {datetime_of(recorded):%d/%m/%Y %H:%M:%S}"
    )


def _records(counted: Days) -> Iterable[Text]:
    """Yield how many records an agency has on a day, and each of them."""
    yield Text(f"  {counted.agency}: {counted.records} bản ghi ngày {day(date_of(counted.day))}")
    for event in counted.events[:_FACTS_SHOWN]:
        key = "" if event.fact is None else f" {event.fact.key}"
        text = Text.assemble("    ", (event.type, "cyan"), key)
        text.append(_origin(event.id, event.source, event.offset, event.recorded), style="dim")
        yield text
    rest = len(counted.events) - _FACTS_SHOWN
    if rest > 0:
        yield Text(f"    … {rest} sự kiện nữa (--json có đủ)", style="dim")
    unlisted = counted.records - len(counted.events)
    if unlisted > 0 and counted.events:
        yield Text(f"    … {unlisted} bản ghi chưa mở (--limit 0 mở hết)", style="dim")


def _unread(searched: Searched | None) -> Iterable[Text]:
    """Yield why the log did not tell all that it was asked for."""
    said = None if searched is None else words(searched)
    if said is not None:
        yield Text(f"  {said.vi[0].upper()}{said.vi[1:]}.", style="yellow")
        yield Text(f"  {said.en[0].upper()}{said.en[1:]}.", style="dim")


def _told(opened: Opened) -> Iterable[RenderableType]:
    rows = opened.told.rows
    if not rows:
        return
    unit = "%" if opened.unit.startswith("%") else ""
    text = Text.assemble(("\nĐã công bố", "bold"), ("  Published", "dim"))
    for row in rows:
        text.append(f"\n  từ ngày {day(date_of(row.closed_day))}: {figure(row.then.value, unit)}")
        if row.then.denominator is not None:
            text.append(f" ({figure(row.then.numerator)}/{figure(row.then.denominator)})")
        if row.is_restated:
            text.append(f" – nay là {figure(row.now.value, unit)}", style="yellow")
            if row.now.denominator is not None:
                sides = f" ({figure(row.now.numerator)}/{figure(row.now.denominator)})"
                text.append(sides, style="yellow")
    yield text
    if opened.told.restated is not None:
        yield from _restated(opened, opened.told.restated)


def _restated(opened: Opened, restated: Restated) -> Iterable[RenderableType]:
    yield Text.assemble(
        (f"Vì sao số của ngày {day(date_of(restated.day))} đã khác", "bold"),
        f": các sự kiện từ offset {restated.next_offset} đến sau khi khóa ngày đó",
    )
    for one in restated.changes:
        yield _changed(opened.parts[one.place].part, one)
        yield from _facts(one.facts, opened)
        if one.replaced:
            yield Text("    thay cho lời trước đó:", style="dim")
            yield from _facts(one.replaced, opened)
    if restated.more > 0:
        yield Text(f"  … và {restated.more} đối tượng nữa (--limit 0 xem hết)", style="dim")
    for agency, facts in restated.registrations.items():
        yield Text(f"  danh bạ cơ quan {agency}")
        yield from _facts(facts, opened)
    if restated.rest is not None and any(restated.rest):
        part = opened.parts[0].part
        yield Text(
            f"  còn {_sums(part, *shown(part, restated.rest))} không do các đối tượng trên: danh bạ hoặc định nghĩa đã đổi,"
            " hay lời đã bị thay không đọc lại được",
            style="dim",
        )
    elif restated.rest is None:
        yield Text(
            "  danh sách có thể chưa đủ, hoặc số liệu không phải tổng đơn thuần (--limit 0 xem hết)",
            style="dim",
        )
    yield from _unread(restated.searched)


def _changed(part: Part, one: Changed) -> Text:
    called = load_lexicon().subject(one.subject.kind).vi
    before, after = (_sums(part, *shown(part, sums)) for sums in (one.before, one.after))
    return Text.assemble("  ", called, " ", (one.subject.key, "bold"), f": {before} → {after}")
