from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from pricebook.errors import body_issue, validation_error
from pricebook.http.field_types import doc, normalise_text, text_schema
from pricebook.http.pagination import CursorPage

MAX_NAME = 255

CategoryName = Annotated[
    str,
    Meta(
        description="Name of the category; no other one under the same parent may have it.",
        extra_json_schema=text_schema(MAX_NAME),
    ),
]
ParentId = Annotated[UUID | None, doc("Id of the parent category; null at the root.")]


class Category(Struct, frozen=True):
    """A category of products."""

    id: Annotated[UUID, doc("Id of the category.")]
    name: Annotated[str, doc("Name of the category.")]
    parent_id: ParentId
    created_at: Annotated[datetime, doc("Time of creation, ISO 8601 UTC.")]
    updated_at: Annotated[datetime, doc("Time of the last change, ISO 8601 UTC.")]


class CategoryPage(CursorPage[Category], frozen=True):
    """A page of categories."""


class NewCategory(Struct, frozen=True, forbid_unknown_fields=True):
    """A new category, at the root without a parent."""

    name: CategoryName
    parent_id: ParentId = None

    def __post_init__(self) -> None:
        """Normalise the name; raises ValidationError when it is blank or too long."""
        if issues := normalise_text(self, "name", MAX_NAME):
            raise validation_error(*issues)


class CategoryChange(Struct, frozen=True, forbid_unknown_fields=True):
    """Changes of a category; fields that are not sent stay."""

    name: CategoryName | UnsetType = UNSET
    parent_id: Annotated[
        UUID | UnsetType | None, doc("Id of the new parent; null moves the category to the root.")
    ] = UNSET

    def __post_init__(self) -> None:
        """Normalise the name; raises ValidationError for a bad name or without any field."""
        issues = normalise_text(self, "name", MAX_NAME)
        if self.name is UNSET and self.parent_id is UNSET:
            issues = [body_issue("(all)", "names no field to change")]
        if issues:
            raise validation_error(*issues)


class CategoryMerge(Struct, frozen=True, forbid_unknown_fields=True):
    """The category into which another one is merged."""

    into_id: Annotated[UUID, doc("Id of the category that the products and subcategories get.")]


class MergedCategory(Struct, frozen=True):
    """What a merge has moved, and to which category."""

    into: Annotated[Category, doc("The category that has them now.")]
    products: Annotated[int, doc("Number of products that were moved, of any status.")]
    subcategories: Annotated[int, doc("Number of subcategories that were moved with theirs.")]
    pricing_rules: Annotated[int, doc("Number of pricing rules that are about `into` now.")]


class CountedCategory(Struct, frozen=True):
    """A category with its number of products, of any status; those of subcategories are not."""

    id: UUID
    name: str
    parent_id: UUID | None
    updated_at: datetime
    products: int


class CategoryUse(Struct, frozen=True):
    """How many products, direct subcategories and pricing rules a category has."""

    products: int
    subcategories: int
    pricing_rules: int
