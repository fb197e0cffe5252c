"""What an empty match queue says: what was decided, what is still examined, and what is next."""

from uuid import UUID

from msgspec import Struct

from pricebook.console.query_fields import PageQuery
from pricebook.db.database import Database
from pricebook.matching import service
from pricebook.suppliers import service as suppliers

DRAFTS = "/console/products"


class QueueEnd(Struct, frozen=True):
    """The draft products, and of a supplier its name and numbers of items in price lists.

    `is_new` is whether there is no supplier at all; `left` are those that no product fits,
    `not_examined` those that come to the queue later.
    """

    drafts: str
    is_new: bool = False
    name: str = ""
    linked: int = 0
    left: int = 0
    not_examined: int = 0

    @property
    def is_decided(self) -> bool:
        """Whether a supplier has items, all of which are decided."""
        return not self.not_examined and self.linked + self.left > 0


async def describe_end(database: Database, view: PageQuery) -> QueueEnd:
    """Return the end of a view of which nothing is left, in whatever band and words."""
    drafts = PageQuery({"status": "draft"}).address(DRAFTS)
    if not view.get("supplier_id"):
        return QueueEnd(drafts, is_new=not await suppliers.list_names(database, [], 1))
    supplier_id = UUID(view.get("supplier_id"))
    name = dict(await suppliers.list_names(database, [supplier_id], 1)).get(supplier_id)
    if name is None:
        return QueueEnd(drafts)
    summary = await service.find_summary(database, supplier_id)
    return QueueEnd(
        PageQuery({"status": "draft", "supplier_id": str(supplier_id)}).address(DRAFTS),
        name=name,
        linked=await service.count_linked(database, supplier_id),
        left=summary.unmatched - summary.not_examined,
        not_examined=summary.not_examined,
    )
