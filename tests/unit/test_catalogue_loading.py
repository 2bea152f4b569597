"""Loading a catalogue: what it makes of its files, and what is said where one is missing or spoilt."""

from copy import deepcopy

import pytest
import yaml

from models.catalogue import load_catalogue
from models.catalogue.loading import compile_catalogue
from models.errors import CatalogueError
from models.topics import PROVINCES
from tests.support.small_catalogue import PLAN_FILE, compiled, files, refusal


def test_a_small_catalogue_is_compiled_for_every_province() -> None:
    """The cases below each spoil one thing in it."""
    catalogue = compiled(files())

    assert list(PROVINCES) == list(catalogue.provinces)
    assert [("house", "dossiers"), ("dong-nai-plan", "t")] == [
        (one.plan, one.id) for one in catalogue.province("dong-nai").indicators
    ]
    assert (10, 10, 5) == (
        len(catalogue.listing.indicators),
        len({(row.province, row.indicator) for row in catalogue.listing.measures}),
        len(catalogue.listing.targets),
    )


def test_only_measures_that_are_read_are_run() -> None:
    """A measure that no indicator of the province reads costs it nothing."""
    measures = compiled(files()).province("dong-nai").measures

    assert ["received"] == [measure.id for measure in measures]


def test_the_engine_s_version_follows_every_file() -> None:
    """Another text, other figures: an older worker must not fold on."""
    changed = files()
    changed[PLAN_FILE]["targets"][0]["value"] = 90

    versions = {compiled(data).engine_version for data in (files(), files(), changed)}

    assert 2 == len(versions)


def test_a_definition_s_version_follows_the_measures_that_it_names() -> None:
    """`definition_version` changes where the figure may, and nowhere else."""
    changed = files()
    changed["measures.yaml"]["measures"]["received"]["flow"]["where"] = {"intake_channel": "online"}
    changed["measures.yaml"]["measures"]["open"]["each"] = True
    changed["house.yaml"]["indicators"]["open"] = {
        **changed["house.yaml"]["indicators"]["dossiers"],
        "value": "own",
    }
    same = deepcopy(changed)
    same["measures.yaml"]["measures"]["open"]["each"] = False

    before, after, again = (
        {row.indicator: row.definition_version for row in compiled(data).listing.indicators}
        for data in (files(), changed, same)
    )

    assert before["dossiers"] != after["dossiers"]
    assert before["t"] != after["t"]
    assert after == again


def test_the_catalogue_that_ships_is_compiled_once() -> None:
    """Reading it costs more than a second."""
    assert load_catalogue() is load_catalogue()


def test_a_province_without_a_plan_is_an_error() -> None:
    """All five are computed, or none."""
    data = files()
    del data["plans/tra-vinh.yaml"]

    assert "plans: tra-vinh: province: has no plan" == refusal(data)


def test_a_missing_file_is_an_error() -> None:
    """The measures of a house that is not there cannot be guessed."""
    data = files()
    del data["house.yaml"]

    assert "house.yaml: is missing" == refusal(data)


def test_a_file_that_is_no_yaml_is_an_error() -> None:
    """With the line instead of an id."""
    texts = {name: yaml.safe_dump(one) for name, one in files().items()}
    texts["measures.yaml"] = "measures:\n  a: 1\n  a: 2\n"

    with pytest.raises(CatalogueError, match=r"^measures\.yaml: line 3: a: stands twice "):
        compile_catalogue(texts)
