"""The catalogue: definitions as data, validated and compiled when loaded.

An error names file, id and field; nothing is computed from a definition that was not checked against the event types.
"""

from models.catalogue.loading import Catalogue, load_catalogue
from models.catalogue.compiled import CompiledTarget, ProvinceCatalogue

__all__ = ["Catalogue", "CompiledTarget", "ProvinceCatalogue", "load_catalogue"]
