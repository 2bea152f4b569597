"""The pages of the plans: one a plan, target by target, and an index."""

from models.catalogue import load_catalogue
from models.words.pages import index_page, plan_page


def pages() -> dict[str, str]:
    """Return the pages as Markdown by file name."""
    provinces = load_catalogue().provinces.values()
    return {"README.md": index_page(provinces)} | {
        f"{one.plan.id}.md": plan_page(one) for one in provinces
    }
