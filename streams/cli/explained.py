"""An explanation with the catalogue's words for it, opened down to events, and as JSON.

All words and figures come from the catalogue and the explanation, none is made here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.catalogue import CompiledTarget, ProvinceCatalogue
from models.catalogue.listing import InconsistencyRow, TargetDefinitionRow, TargetRow
from models.catalogue.reading_fields import fields_read
from models.changes import Figure, StoredBook
from models.contributions import registrations_of
from models.days import date_of
from models.errors import UsageError
from models.explaining import Explanation
from models.figures import CompiledIndicator, Sources
from models.forms import CountedForm
from models.messages import REASONS
from models.opening import parts_of
from models.words import definition_in_words, goal_in_words
from sinks.postgres.connection import Connection
from sinks.postgres.published import PublishedRow
from streams.cli.json_rows import json_row
from streams.cli.opened_json import Opened, facts_json, parts_json, published_json, restated_json
from streams.cli.opened_records import with_records
from streams.cli.opening import Asked, opened_parts
from streams.cli.restated import Figured, told
from streams.cli.searched import searched_json


@dataclass(frozen=True, slots=True)
class Explained:
    """An explanation with the catalogue's words for it; `target` None: an indicator of the house."""

    owner: ProvinceCatalogue
    indicator: CompiledIndicator
    target: CompiledTarget | None
    explanation: Explanation
    opened: Opened | None = None
    """Down to events; None before it is opened."""

    async def opened_by(
        self,
        connection: Connection,
        asked: Asked,
        sources: Sources,
        stored: StoredBook,
        published: Sequence[PublishedRow],
    ) -> "Explained":
        """Return it with the subjects, events and published rows behind the figure; the connection sees one moment."""
        owner, indicator, day = self.owner, self.indicator, self.explanation.day
        parts = parts_of(owner, indicator, sources, asked.agency, day)
        definition, unit = owner.written(indicator)
        counts = isinstance(indicator.form, CountedForm)
        figured = Figured(owner, indicator, sources, parts, day)
        registers = stored.registers
        by_subject = await opened_parts(connection, owner, parts, sources.panes, asked)
        whole, searched = await with_records(connection, owner.province, by_subject, asked)
        opened = Opened(
            whole,
            await told(connection, figured, asked, stored, published),
            fields_read(definition, owner.definitions.named),
            unit,
            registrations_of(registers) if counts else {},
            searched,
        )
        return replace(self, opened=opened)

    def of(self, agency: str) -> "Explained":
        """Return the explanation with one agency's part only."""
        parts = tuple(part for part in self.explanation.agencies if part.agency == agency)
        if not parts:
            raise UsageError(
                f"{agency} has no part in {self.indicator.id}: leave --agency out to see who has"
            )
        return replace(self, explanation=replace(self.explanation, agencies=parts))

    @property
    def row(self) -> TargetRow | None:
        """The target as its plan prints it."""
        return next(
            (one for one in self.owner.target_rows if one.target == self.indicator.id), None
        )

    @property
    def notes(self) -> TargetDefinitionRow | None:
        """What is read into the target."""
        rows = self.owner.annotations.definitions
        return next((one for one in rows if one.target == self.indicator.id), None)

    @property
    def contradictions(self) -> list[InconsistencyRow]:
        """Where the plan contradicts itself about the target, with the reading taken."""
        rows = self.owner.annotations.inconsistencies
        return [one for one in rows if self.indicator.id in one.targets]

    @property
    def unit(self) -> str:
        """The unit of the figure."""
        rows = (one for one in self.owner.indicator_rows if one.indicator == self.indicator.id)
        return next(rows).unit

    def as_json(self) -> dict[str, object]:
        """Return everything as JSON values, by the contract's rules for numbers and days."""
        definition = definition_in_words(self.owner, self.indicator)
        explanation, unit = self.explanation, self.unit
        return {
            **self._head(),
            "definition_vi": definition.vi,
            "definition_en": definition.en,
            "definition_version": self.indicator.version,
            "window": str(self.indicator.window),
            **json_row({"read_on": date_of(explanation.day)}),
            **_figure(explanation.total, unit),
            **self._standing(),
            **self._notes(),
            "agencies": [
                {
                    "agency": part.agency,
                    "name": part.name,
                    "level": part.level,
                    **_figure(part.figure, unit),
                    **self._entries(part.agency),
                    "lacks": [
                        {"condition": one.number, "text_vi": one.text.vi, "text_en": one.text.en}
                        for one in part.lacks
                    ],
                }
                for part in explanation.agencies
            ],
            "rows": [
                {"row": one.row, "text_vi": one.text.vi, "text_en": one.text.en, "met": one.met}
                for one in explanation.rows
            ],
            **self._opened(),
        }

    def _entries(self, agency: str) -> dict[str, object]:
        """Return the register's entries behind an agency that a figure counts."""
        if self.opened is None or not self.opened.registrations:
            return {}
        facts = self.opened.registrations.get(agency, ())
        return {"facts": facts_json(facts, self.opened.fields)}

    def _opened(self) -> dict[str, object]:
        if self.opened is None:
            return {}
        return {
            "parts": parts_json(self.opened),
            "log": searched_json(self.opened.log),
            "published": published_json(self.opened.told, self.opened.unit),
            "restated": restated_json(self.opened),
        }

    def _head(self) -> dict[str, object]:
        row, target = self.row, self.target
        if row is None or target is None:
            (listed,) = (
                one for one in self.owner.indicator_rows if one.indicator == self.indicator.id
            )
            return {
                "province": listed.province,
                "plan": listed.plan,
                "indicator": listed.indicator,
                "unit": listed.unit,
                "name_vi": listed.name_vi,
                "name_en": listed.name_en,
            }
        deadline = None if row.deadline is None else date_of(row.deadline)
        goal = goal_in_words(target)
        return {
            **json_row({**row._asdict(), "deadline": deadline}),
            "goal_vi": goal.vi,
            "goal_en": goal.en,
        }

    def _standing(self) -> dict[str, object]:
        if self.target is None:
            return {}
        standing = self.explanation.standing
        if standing is None:
            return {"status": None}
        reason = None if standing.reason is None else REASONS[standing.reason]
        return json_row(
            {
                "as_of": date_of(standing.as_of),
                "expected_value": standing.expected,
                "pace": standing.pace,
                "forecast_date": None if standing.forecast is None else date_of(standing.forecast),
                "status": standing.status,
                "status_since": None
                if standing.status_since is None
                else date_of(standing.status_since),
                "reason": standing.reason,
            }
        ) | ({} if reason is None else {"reason_vi": reason.vi, "reason_en": reason.en})

    def _notes(self) -> dict[str, object]:
        notes = self.notes
        if notes is None:
            return {}
        baseline = {
            "value": notes.baseline_value,
            "unit": notes.baseline_unit,
            "qualifier": notes.baseline_qualifier,
            "date": None if notes.baseline_date is None else date_of(notes.baseline_date),
            "section": notes.baseline_section,
        }
        return {
            "house_rule_vi": notes.house_rule_vi,
            "house_rule_en": notes.house_rule_en,
            "readings": [
                {
                    "inconsistency": one.inconsistency,
                    "section": one.section,
                    "text_vi": one.text_vi,
                    "text_en": one.text_en,
                    "reading_vi": one.reading_vi,
                    "reading_en": one.reading_en,
                }
                for one in self.contradictions
            ],
            "baseline": None if notes.baseline_value is None else json_row(baseline),
            "missing_vi": notes.missing_vi,
            "missing_en": notes.missing_en,
            "overlaps_with": list(notes.overlaps_with),
            "counted": notes.counted,
        }


def _figure(shown: Figure, unit: str) -> dict[str, object]:
    row = json_row({**shown._asdict(), "unit": unit})
    return {name: value for name, value in row.items() if name != "unit"}
