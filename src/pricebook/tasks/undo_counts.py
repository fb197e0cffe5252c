"""What an undo changes and leaves, as its task shows it."""

from typing import Annotated

from msgspec import Struct

from pricebook.http.field_types import doc


class UndoCounts(Struct, frozen=True):
    """What an undo changes and leaves."""

    restored: Annotated[int, doc("Items that are again as they were.")]
    deleted: Annotated[int, doc("Items that the import had made.")]
    products_deleted: Annotated[int, doc("Products that were made of its items.")]
    left_as_is: Annotated[int, doc("Items and products that are left: they were changed since.")]
