"""The items of a supplier with the products that they are linked to."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Struct

from pricebook.errors import FieldIssue
from pricebook.http.field_types import SearchText, doc, search_issues, search_terms
from pricebook.http.pagination import CursorPaging
from pricebook.suppliers.schemas import SupplierItem

ItemState = Literal["linked", "unmatched", "absent"]


class ListedItemQuery(CursorPaging, frozen=True):
    """Filters of the items of a supplier, and which page of them to return."""

    search: Annotated[
        SearchText | None, doc("Words that all occur in the name or the code of the item.")
    ] = None
    state: Annotated[
        ItemState | None, doc("Only linked items, unmatched ones, or those that the lists lack.")
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

    id: UUID
    internal_sku: str
    name: str


class ListedItem(Struct, frozen=True):
    """An item of a supplier and its product, if any."""

    item: SupplierItem
    product: ListedProduct | None
