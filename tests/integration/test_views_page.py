"""The reference of the views says what a migrated database says."""

import pytest

from streams.documents import views_page
from streams.documents.made import DEPLOY, VIEWS

pytestmark = pytest.mark.integration


def test_the_page_of_the_views_is_the_one_that_the_database_makes(database: str) -> None:
    """`make docs` writes it; each view and column has its type and its comment."""
    made = views_page.text(database)

    assert (DEPLOY / VIEWS).read_text(encoding="utf-8") == made, "run `make docs`"
    assert "|  |" not in made
    for view in ("kpi_current", "target_attainment", "alert_history", "dead_letter"):
        assert f"## api.{view}\n" in made
