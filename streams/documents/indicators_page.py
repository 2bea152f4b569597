"""The reference of the house indicators: what each figure counts, in both languages."""

from collections.abc import Sequence
from typing import Final

from models.catalogue import ProvinceCatalogue, load_catalogue
from models.catalogue.forms import is_share
from models.catalogue.indicators import HOUSE
from models.catalogue.listing import IndicatorRow
from models.messages import Message
from models.words.figures import form_in_words
from models.words.measures import sum_in_words
from models.words.pages import safe
from models.words.targets import glossary_of
from streams.documents.markdown import code, page, table

_INTRODUCTION: Final = """\
Tỉnh nào cũng có đủ các chỉ số này (`plan` = `house` trong `api.kpi_current`), của toàn tỉnh (`agency` = `*`) và của từng cơ quan.
Chỉ tiêu của từng kế hoạch: [các kế hoạch](../plans/README.md).

Every province has exactly these (`plan` = `house` in `api.kpi_current`), for the province (`agency` = `*`) and for each agency. The
targets of the plans stand in [their pages](../plans/README.md). Windows: `7d`, `30d`, `90d` end with the as-of day; `year` is the calendar
year to date, `plan` the plan's period up to the as-of day, `now` the as-of day. A ratio is in % with 4 decimals, and NULL where its
denominator is 0."""


def text() -> str:
    """Return the page; the house is the same in each province."""
    catalogue = next(iter(load_catalogue().provinces.values()))
    rows = [row for row in catalogue.indicator_rows if row.plan == HOUSE]
    return page(
        "models/catalogue/house.yaml",
        "Chỉ số chung",
        _INTRODUCTION,
        table(
            ("chỉ số / indicator", "đơn vị, cửa sổ / unit, windows", "tử số hoặc giá trị / numerator or value", "mẫu số / denominator"),
            [_row(catalogue, row) for row in rows],
        ),
    )  # fmt: skip


def _row(catalogue: ProvinceCatalogue, row: IndicatorRow) -> Sequence[str]:
    definition = catalogue.definitions.house.indicators[row.indicator]
    glossary = glossary_of(catalogue)
    if definition.ratio is None:
        said = form_in_words(glossary, definition, share=is_share(row.unit))
        made = (_cell(said), "")
    else:
        sums = (definition.ratio.num, definition.ratio.den)
        made = (_cell(sum_in_words(glossary, sums[0])), _cell(sum_in_words(glossary, sums[1])))
    windows = ", ".join(code(window) for window in row.windows)
    name = f"{safe(row.name_vi)}<br>*{safe(row.name_en)}*<br>{code(row.indicator)} ({row.kind})"
    return name, f"{row.unit}<br>{windows}", *made


def _cell(said: Message) -> str:
    return f"{safe(said.vi)}<br>*{safe(said.en)}*"
