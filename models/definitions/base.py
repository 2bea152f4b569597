"""What every definition of the catalogue shares: it is checked when loaded and never changes afterwards.

An unknown field is an error, so a misspelt word is found and not silently without effect.
"""

from pydantic import BaseModel, ConfigDict


class Definition(BaseModel):
    """Base of all definitions: unknown fields are errors, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    def state_one_of(self, *fields: str) -> None:
        """Refuse to state none of some fields, or several of them."""
        if sum(getattr(self, name) is not None for name in fields) != 1:
            raise ValueError(f"give exactly one of {', '.join(fields)}")


class Text(Definition):
    """A text in both languages of the product."""

    vi: str
    en: str
