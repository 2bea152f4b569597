"""Load the catalogue that ships with the product: shared measures, house indicators, five plans.

The engine's version is the hash of these files and of a constant that is raised whenever the fold's result changes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final, TypeVar

from pydantic import ValidationError

from models.catalogue.compiled import ProvinceCatalogue, compile_province, stocks_of
from models.catalogue.listing import Listing
from models.catalogue.yaml12 import parse
from models.definitions import Definition, HouseFile, Measure, MeasuresFile, PlanFile
from models.errors import CatalogueError
from models.fields import Place
from models.measures import compile_measure
from models.topics import PROVINCES

FOLD_VERSION: Final = 1
"""Raised whenever the fold gives other results for the same catalogue and log."""

File = TypeVar("File", bound=Definition)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All definitions, compiled."""

    engine_version: str
    provinces: Mapping[str, ProvinceCatalogue]

    def province(self, slug: str) -> ProvinceCatalogue:
        """Return what is computed for a province."""
        return self.provinces[slug]

    @property
    def listing(self) -> Listing:
        """The catalogue as rows for the views."""
        every = self.provinces.values()
        return Listing(
            indicators=tuple(row for one in every for row in one.indicator_rows),
            measures=tuple(row for one in every for row in one.measure_rows),
            targets=tuple(row for one in every for row in one.target_rows),
        )


@cache
def load_catalogue() -> Catalogue:
    """Return the catalogue of this installation.

    Raises:
        CatalogueError: a file is malformed; the message names file, id and field.
    """
    folder = files("models.catalogue")
    texts = {name: (folder / name).read_text("utf-8") for name in ("measures.yaml", "house.yaml")}
    for entry in sorted((folder / "plans").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".yaml"):
            texts[f"plans/{entry.name}"] = entry.read_text("utf-8")
    return compile_catalogue(texts)


def compile_catalogue(texts: Mapping[str, str]) -> Catalogue:
    """Compile a catalogue from the texts of its files: `measures.yaml`, `house.yaml` and `plans/*.yaml`.

    Raises:
        CatalogueError: a file is malformed; the message names file, id and field.
    """
    shared = _validated(MeasuresFile, texts, "measures.yaml")
    house = _validated(HouseFile, texts, "house.yaml")
    plans = {name: _validated(PlanFile, texts, name) for name in texts if name.startswith("plans/")}
    provinces: dict[str, ProvinceCatalogue] = {}
    for name, plan in plans.items():
        if plan.plan.province not in PROVINCES:
            raise CatalogueError(
                f"{name}: {plan.plan.id}: province: {plan.plan.province} is no province"
            )
        if plan.plan.province in provinces:
            raise CatalogueError(
                f"{name}: {plan.plan.id}: province: {plan.plan.province} has another plan already"
            )
        _check_targets(name, plan)
        named = _named(
            [
                ("measures.yaml", shared.measures),
                ("house.yaml", house.measures),
                (name, plan.measures),
            ]
        )
        stocks = stocks_of(named)
        for measure_name, (file, measure) in named.items():
            compile_measure(measure_name, measure, Place(file, measure_name), stocks)
        provinces[plan.plan.province] = compile_province(name, plan, "house.yaml", house, named)
    missing = [slug for slug in PROVINCES if slug not in provinces]
    if missing:
        raise CatalogueError(f"plans: {', '.join(missing)}: has no plan")
    ordered = {slug: provinces[slug] for slug in PROVINCES}
    return Catalogue(_engine_version(texts), ordered)


def _engine_version(texts: Mapping[str, str]) -> str:
    digest = sha256(str(FOLD_VERSION).encode())
    for name in sorted(texts):
        digest.update(f"\0{name}\0{texts[name]}".encode())
    return digest.hexdigest()[:16]


def _named(sources: Iterable[tuple[str, Mapping[str, Measure]]]) -> dict[str, tuple[str, Measure]]:
    named: dict[str, tuple[str, Measure]] = {}
    for file, measures in sources:
        for name, measure in measures.items():
            if name in named:
                raise CatalogueError(
                    f"{file}: {name}: measures: {named[name][0]} has a measure of this name"
                )
            named[name] = (file, measure)
    return named


def _check_targets(file: str, plan: PlanFile) -> None:
    seen: set[str] = set()
    for target in plan.targets:
        if target.id in seen:
            raise CatalogueError(f"{file}: {target.id}: id: stands twice")
        seen.add(target.id)
    for target in plan.targets:
        for other in target.overlaps_with:
            if other not in seen:
                raise CatalogueError(
                    f"{file}: {target.id}: overlaps_with: {other} is no target of the plan"
                )


def _validated(shape: type[File], texts: Mapping[str, str], name: str) -> File:
    if name not in texts:
        raise CatalogueError(f"{name}: is missing")
    data = parse(texts[name], name)
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise _first_fault(name, data, error) from None


def _first_fault(name: str, data: object, error: ValidationError) -> CatalogueError:
    """Return the first fault as one sentence: file, id, field, what is wrong."""
    fault = error.errors(include_url=False, include_context=False)[0]
    where = list(fault["loc"])
    owner = "file"
    if len(where) >= 2 and isinstance(where[1], str):
        owner, where = where[1], where[2:]
    elif len(where) >= 2 and isinstance(data, dict) and isinstance(where[1], int):
        owner, where = _id_of(data[where[0]][where[1]], where[1]), where[2:]
    fields = ".".join(
        str(part) for part in where if not str(part).startswith(("function-", "Condition"))
    )
    others = error.error_count() - 1
    more = f" (and {others} more)" if others else ""
    return CatalogueError(f"{name}: {owner}: {fields or 'definition'}: {fault['msg']}{more}")


def _id_of(entry: object, number: int) -> str:
    return str(entry["id"]) if isinstance(entry, dict) and "id" in entry else f"entry {number + 1}"
