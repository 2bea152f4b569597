"""Load the catalogue that ships with the product: shared measures, house indicators, five plans.

The engine's version is the hash of these files and of a constant that is raised whenever the fold's result changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from models.catalogue.checking import check_plan_file
from models.catalogue.listing import Listing
from models.catalogue.province import ProvinceCatalogue
from models.catalogue.references import check_house, check_province
from models.catalogue.shared import HOUSE_FILE, read_shared, shared_texts
from models.catalogue.versions import FOLD_VERSION
from models.gathering import Faults
from models.place import Place
from models.topics import PROVINCES


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
            definitions=tuple(row for one in every for row in one.annotations.definitions),
            baselines=tuple(row for one in every for row in one.annotations.baselines),
            inconsistencies=tuple(row for one in every for row in one.annotations.inconsistencies),
            reading_dates=tuple(row for one in every for row in one.annotations.reading_dates),
            duties=tuple(row for one in every for row in one.duty_rows),
            problems=tuple(row for one in every for row in one.problem_rows),
        )


@cache
def load_catalogue() -> Catalogue:
    """Return the catalogue of this installation.

    Raises:
        CatalogueError: a file is malformed; the message names file, id and field.
    """
    folder = files("models.catalogue")
    texts = shared_texts()
    for entry in sorted((folder / "plans").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".yaml"):
            texts[f"plans/{entry.name}"] = entry.read_text("utf-8")
    return compile_catalogue(texts)


def compile_catalogue(texts: Mapping[str, str]) -> Catalogue:
    """Compile a catalogue from the texts of its files: `measures.yaml`, `house.yaml` and `plans/*.yaml`.

    Raises:
        CatalogueError: files are malformed; the message names file, id and field of the first fault.
    """
    shared = read_shared(texts)
    faults = Faults()
    provinces: dict[str, ProvinceCatalogue] = {}
    for name in texts:
        if name.startswith("plans/"):
            with faults:
                checked = check_plan_file(name, texts[name], shared)
                faults.add(*checked.faults)
                if checked.catalogue is not None:
                    check_province(name, checked.catalogue.plan, provinces)
                    provinces[checked.catalogue.province] = checked.catalogue
    faults.raise_any()
    targets = [one.definition.id for plan in provinces.values() for one in plan.targets]
    check_house(HOUSE_FILE, shared.house, targets)
    for slug in PROVINCES:
        if slug not in provinces:
            raise Place("plans", slug).error(
                "province", "has no plan", mend="put its file into the folder plans"
            )
    return Catalogue(_engine_version(texts), {slug: provinces[slug] for slug in PROVINCES})


def _engine_version(texts: Mapping[str, str]) -> str:
    digest = sha256(str(FOLD_VERSION).encode())
    for name in sorted(texts):
        digest.update(f"\0{name}\0{texts[name]}".encode())
    return digest.hexdigest()[:16]
