"""Load the catalogue that ships with the product: shared measures, house indicators, five plans.

The engine's version is the hash of these files and of a constant that is raised whenever the fold's result changes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TypeVar

from pydantic import ValidationError

from models.catalogue.draft import Named, stocks_of
from models.catalogue.faults import first_fault
from models.catalogue.listing import Listing
from models.catalogue.province import Definitions, ProvinceCatalogue, compile_province
from models.catalogue.versions import FOLD_VERSION
from models.catalogue.yaml12 import parse
from models.definitions import Definition, HouseFile, Measure, MeasuresFile, PlanFile
from models.errors import CatalogueError
from models.measures import compile_measure
from models.place import Place
from models.topics import PROVINCES

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
    provinces: dict[str, ProvinceCatalogue] = {}
    for name in texts:
        if name.startswith("plans/"):
            plan = _validated(PlanFile, texts, name)
            _check_province(name, plan, provinces)
            _check_targets(name, plan)
            sources = [
                ("measures.yaml", shared.measures),
                ("house.yaml", house.measures),
                (name, plan.measures),
            ]
            named = _named(sources)
            _check_measures(named)
            definitions = Definitions(name, plan, "house.yaml", house, named)
            provinces[plan.plan.province] = compile_province(definitions)
    for slug in PROVINCES:
        if slug not in provinces:
            raise Place("plans", slug).error("province", "has no plan")
    return Catalogue(_engine_version(texts), {slug: provinces[slug] for slug in PROVINCES})


def _engine_version(texts: Mapping[str, str]) -> str:
    digest = sha256(str(FOLD_VERSION).encode())
    for name in sorted(texts):
        digest.update(f"\0{name}\0{texts[name]}".encode())
    return digest.hexdigest()[:16]


def _named(sources: Iterable[tuple[str, Mapping[str, Measure]]]) -> Named:
    named: dict[str, tuple[str, Measure]] = {}
    for file, measures in sources:
        for name, measure in measures.items():
            if name in named:
                raise Place(file, name).error(
                    "measures", f"{named[name][0]} has a measure of this name"
                )
            named[name] = (file, measure)
    return named


def _check_measures(named: Named) -> None:
    """Compile every measure, so that one which nothing reads yet is checked too."""
    stocks = stocks_of(named)
    for name, (file, measure) in named.items():
        compile_measure(name, measure, Place(file, name), stocks)


def _check_province(file: str, plan: PlanFile, others: Collection[str]) -> None:
    province = plan.plan.province
    if province not in PROVINCES:
        raise Place(file, plan.plan.id).error("province", f"{province} is no province")
    if province in others:
        raise Place(file, plan.plan.id).error("province", f"{province} has another plan already")


def _check_targets(file: str, plan: PlanFile) -> None:
    known: set[str] = set()
    for target in plan.targets:
        if target.id in known:
            raise Place(file, target.id).error("id", "stands twice")
        known.add(target.id)
    for target in plan.targets:
        for other in target.overlaps_with:
            if other not in known:
                raise Place(file, target.id).error(
                    "overlaps_with", f"{other} is no target of the plan"
                )


def _validated(shape: type[File], texts: Mapping[str, str], name: str) -> File:
    if name not in texts:
        raise CatalogueError(f"{name}: is missing")
    data = parse(texts[name], name)
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise first_fault(name, data, error) from None
