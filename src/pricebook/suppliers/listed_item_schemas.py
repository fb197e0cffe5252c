"""The items of a supplier with the products that they are linked to."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Struct

from pricebook.errors import FieldIssue
from pricebook.http.field_types import SearchText, doc, search_issues, search_terms
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.suppliers.schemas import SupplierItem

ItemState = Literal["linked", "unmatched", "absent"]


class ListedItemQuery(CursorPaging, frozen=True):
    """Filters of the items of a supplier, and which page of them to return."""

    search: Annotated[
        SearchText | None, doc("Words that all occur in the name or the code of the item.")
    ] = None
    state: Annotated[
        ItemState | None, doc("Only linked items, unmatched ones, or absent ones.")
    ] = None

    def issues(self) -> list[FieldIssue]:
        """Return the issues of the cursor and of a search text that is blank or too long."""
        return [*self.cursor_issues(), *search_issues(self.search)]

    @property
    def words(self) -> tuple[str, ...]:
        """The distinct words of the search text."""
        return search_terms(self.search)


class ListedProduct(Struct, frozen=True):
    """The product that an item is linked to."""

    id: Annotated[UUID, doc("Id of the product.")]
    internal_sku: Annotated[str, doc("The shop's own article code.")]
    name: Annotated[str, doc("Name of the product.")]


class ListedItem(Struct, frozen=True):
    """An item of a supplier and its product, if any."""

    item: Annotated[SupplierItem, doc("The item of the supplier.")]
    product: Annotated[ListedProduct | None, doc("The product of the item; null: unmatched.")]


class ListedItemPage(CursorPage[ListedItem], frozen=True):
    """A page of the items of a supplier, by their codes."""
