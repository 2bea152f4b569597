"""The catalogue: definitions as data, validated and compiled when loaded.

An error names file, id and field; nothing is computed from a definition that was not checked against the event types.
"""

from models.catalogue.loading import Catalogue, load_catalogue
from models.catalogue.province import ProvinceCatalogue
from models.catalogue.targets import CompiledTarget

__all__ = ["Catalogue", "CompiledTarget", "ProvinceCatalogue", "load_catalogue"]
