"""Where a definition stands in the catalogue.

Every error of the catalogue is made here, so that each names file, id and field.
"""

from dataclasses import dataclass

from models.errors import CatalogueError


@dataclass(frozen=True, slots=True)
class Place:
    """A file of the catalogue and the id of a definition in it."""

    file: str
    id: str

    def error(self, field: str, message: str) -> CatalogueError:
        """Return the error that names file, id and field."""
        return CatalogueError(f"{self.file}: {self.id}: {field}: {message}")
