"""`make docs` writes what stands in the tree, the page of the views included, which takes a database to make."""

from pathlib import Path

import pytest

from streams.documents import __main__ as command
from streams.documents import made, views_page
from streams.documents.made import DEPLOY, VIEWS

pytestmark = pytest.mark.integration


def test_the_page_of_the_views_is_the_one_that_the_database_makes(database: str) -> None:
    """Each view and column has its type and its comment."""
    page = views_page.text(database)

    assert (DEPLOY / VIEWS).read_text(encoding="utf-8") == page, "run `make docs`"
    assert "|  |" not in page
    for view in ("kpi_current", "target_attainment", "alert_history", "dead_letter"):
        assert f"## api.{view}\n" in page


def test_make_docs_writes_the_tree_and_removes_what_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Into an empty folder everything; a second time nothing but what was changed by hand."""
    expected = {name: (DEPLOY / name).read_text("utf-8") for name in made.there()}
    for module in (command, made):
        monkeypatch.setattr(module, "DEPLOY", tmp_path)
    (tmp_path / "schemas").mkdir()
    gone = tmp_path / "schemas" / "gone.v1.json"
    gone.write_text("{}")

    command.main()

    assert expected == {name: (tmp_path / name).read_text("utf-8") for name in made.there()}
    assert not gone.exists()
    (tmp_path / VIEWS).write_text("edited")
    capsys.readouterr()
    command.main()
    assert f"{tmp_path / VIEWS}\n" == capsys.readouterr().out
