from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from pricebook.errors import body_issue, validation_error
from pricebook.http.field_types import normalise_text, text_schema

MAX_NAME = 255

CategoryName = Annotated[str, Meta(extra_json_schema=text_schema(MAX_NAME))]


class Category(Struct, frozen=True):
    """A category and the one it stands in."""

    id: UUID
    name: str
    parent_id: UUID | None
    created_at: datetime
    updated_at: datetime


class NewCategory(Struct, frozen=True, forbid_unknown_fields=True):
    """A category to be made, at the root without a parent."""

    name: CategoryName
    parent_id: UUID | None = None

    def __post_init__(self) -> None:
        """Clean the name; raises ValidationError where there is none."""
        if issues := normalise_text(self, "name", MAX_NAME):
            raise validation_error(*issues)


class CategoryChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to change of a category; a parent of null moves it to the root."""

    name: CategoryName | UnsetType = UNSET
    parent_id: UUID | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        """Clean the name; raises ValidationError where there is none, or no change at all."""
        issues = normalise_text(self, "name", MAX_NAME)
        if self.name is UNSET and self.parent_id is UNSET:
            issues = [body_issue("(all)", "names no field to change")]
        if issues:
            raise validation_error(*issues)
