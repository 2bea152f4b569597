"""What every plan of this installation may use: the shared measures, and the house's own measures and indicators.

A plan is read against them; that they are well-formed themselves is checked with the first plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, TypeVar

from models.catalogue.draft import Named
from models.catalogue.reading import read_file
from models.definitions import Definition, HouseFile, Measure, MeasuresFile
from models.errors import CatalogueError, Fault
from models.gathering import Faults
from models.place import Place

MEASURES_FILE: Final = "measures.yaml"
HOUSE_FILE: Final = "house.yaml"

File = TypeVar("File", bound=Definition)


@dataclass(frozen=True, slots=True)
class Shared:
    """The files that no plan owns."""

    measures: MeasuresFile
    house: HouseFile

    def named(self, file: str, own: Mapping[str, Measure]) -> Named:
        """Return the measures that a plan may name: those shared, those of the house, and its own.

        Raises:
            CatalogueError: two have one name.
        """
        named: dict[str, tuple[str, Measure]] = {}
        faults = Faults()
        sources = (
            (MEASURES_FILE, self.measures.measures),
            (HOUSE_FILE, self.house.measures),
            (file, own),
        )
        for source, measures in sources:
            for name, measure in measures.items():
                if name in named:
                    fault = Place(source, name).fault(
                        "measures",
                        f"{named[name][0]} has a measure of this name",
                        word=name,
                        mend="give it another name, or use that one",
                    )
                    faults.add(fault)
                else:
                    named[name] = (source, measure)
        faults.raise_any()
        return named


def shared_texts() -> dict[str, str]:
    """Return the texts of this installation's shared files."""
    folder = files("models.catalogue")
    return {name: (folder / name).read_text("utf-8") for name in (MEASURES_FILE, HOUSE_FILE)}


def read_shared(texts: Mapping[str, str]) -> Shared:
    """Read the shared files.

    Raises:
        CatalogueError: one is missing or malformed.
    """
    faults = Faults()
    measures = _whole(MeasuresFile, texts, MEASURES_FILE, faults)
    house = _whole(HouseFile, texts, HOUSE_FILE, faults)
    faults.raise_any()
    if measures is None or house is None:
        raise CatalogueError(Fault("catalogue", "cannot be read"))
    return Shared(measures, house)


def _whole(shape: type[File], texts: Mapping[str, str], name: str, faults: Faults) -> File | None:
    if name not in texts:
        faults.add(Fault(name, "is missing", mend="install tiendo anew"))
        return None
    read = read_file(shape, name, texts[name])
    faults.add(*read.faults)
    return read.file
