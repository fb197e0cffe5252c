"""What a row of a file changes: it is compared with its product, nothing is written here."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from pricebook.product_imports.cell_texts import LinkName, format_links, format_path
from pricebook.product_imports.file_columns import Links, ParsedRow, ProductFields, RowError
from pricebook.product_imports.schemas import FieldChange
from pricebook.products.schemas import CurrentProduct, ProductStatus
from pricebook.suppliers.schemas import NamedItem

PLAIN_FIELDS = ("name", "status", "target_price", "gtin", "mpn", "brand")
# A target price is written with two or four decimals: with three it could be read as thousands.
_CENTS, _TEN_THOUSANDTHS = Decimal("0.01"), Decimal("0.0001")


class PlanContext(Struct, frozen=True):
    """What rows are compared with.

    `products` are by SKU, `items` by the names of the file, `linked` by product. `category_paths`
    has the path of each category. `released` are items that another row of the file gives away.
    """

    products: Mapping[str, CurrentProduct]
    items: Mapping[LinkName, NamedItem]
    linked: Mapping[UUID, Sequence[NamedItem]]
    category_paths: Mapping[UUID, tuple[str, ...]]
    released: frozenset[UUID] = frozenset()


class RowPlan(Struct, frozen=True):
    """The outcome of a row, and what is to be written.

    `category` is the path of the new category, None where it stays. `fields` are the plain fields
    that change.
    """

    row: ParsedRow
    product: CurrentProduct | None
    changes: list[FieldChange] = []
    fields: dict[str, object] = {}
    category: tuple[str, ...] | None = None
    link: tuple[UUID, ...] = ()
    unlink: tuple[UUID, ...] = ()
    error: RowError | None = None

    @property
    def outcome(self) -> str:
        """The outcome: new, changed, unchanged or rejected."""
        if self.error:
            return "rejected"
        if self.product is None:
            return "new"
        return "changed" if self.changes else "unchanged"


def plan_row(row: ParsedRow, context: PlanContext) -> RowPlan:
    """Return what a row without an error changes."""
    product = context.products.get(row.internal_sku) if row.internal_sku else None
    if row.fields is None:
        return RowPlan(row, product, error=row.error)
    changed = _changed_fields(row.fields, product)
    category = _changed_category(row.fields, product, context)
    link, unlink, changed_links = _changed_links(row.links, product, context)
    changes = [*_field_changes(changed, category, product, context), *changed_links]
    error = _new_product_error(row) if product is None else None
    error = error or _link_error(row.links, product, context)
    error = error or _archived_error(product, changed, category, link)
    if error:
        return RowPlan(row, product, error=error)
    return RowPlan(row, product, changes, changed, category, link, unlink)


def format_price(price: Decimal | None) -> str | None:
    """Return a target price as a cell, with two decimals or four."""
    if price is None:
        return None
    has_cents = price == round(price, 2)
    return f"{price.quantize(_CENTS if has_cents else _TEN_THOUSANDTHS):f}"


def _changed_fields(fields: ProductFields, product: CurrentProduct | None) -> dict[str, object]:
    """Return the plain fields of a row that differ from the product; status is never cleared."""
    changed: dict[str, object] = {}
    for name in PLAIN_FIELDS:
        value: object = getattr(fields, name)
        if name not in fields.columns or (name == "status" and value is None):
            continue
        if _normalised(getattr(product, name, None)) != value:
            changed[name] = value
    return changed


def _changed_category(
    fields: ProductFields, product: CurrentProduct | None, context: PlanContext
) -> tuple[str, ...] | None:
    """Return the path of the new category, empty to remove it; None if it stays."""
    if "category" not in fields.columns:
        return None
    path = tuple(fields.category)
    return None if path == _path_of(product, context) else path


def _path_of(product: CurrentProduct | None, context: PlanContext) -> tuple[str, ...]:
    if product is None or product.category_id is None:
        return ()
    path = context.category_paths.get(product.category_id, ())
    return tuple(str(_normalised(name)) for name in path)


def _changed_links(
    links: Links | None, product: CurrentProduct | None, context: PlanContext
) -> tuple[tuple[UUID, ...], tuple[UUID, ...], list[FieldChange]]:
    """Return the items to link and to unlink, and the change in words."""
    if links is None:
        return (), (), []
    linked = context.linked.get(product.id, ()) if product else ()
    wanted = [item for name in links.names if (item := context.items.get(name))]
    wanted_ids, linked_ids = {item.id for item in wanted}, {item.id for item in linked}
    kept = [item for item in linked if links.mode == "add" or item.id in wanted_ids]
    added = [item for item in wanted if item.id not in linked_ids]
    unlinked = [item for item in linked if links.mode == "all" and item.id not in wanted_ids]
    if not added and not unlinked:
        return (), (), []
    change = FieldChange("links", _links_text(linked), _links_text([*kept, *added]))
    return tuple(item.id for item in added), tuple(item.id for item in unlinked), [change]


def _links_text(items: Iterable[NamedItem]) -> str | None:
    names = [LinkName(item.supplier_name, item.supplier_sku) for item in items]
    return format_links(sorted(names)) or None


def _field_changes(
    changed: Mapping[str, object],
    category: tuple[str, ...] | None,
    product: CurrentProduct | None,
    context: PlanContext,
) -> list[FieldChange]:
    changes = [
        FieldChange(name, _as_text(getattr(product, name, None)), _as_text(value))
        for name, value in changed.items()
    ]
    if category is not None:
        old = format_path(_path_of(product, context)) or None
        changes.append(FieldChange("category", old, format_path(category) or None))
    return changes


def _as_text(value: object) -> str | None:
    if isinstance(value, Decimal):
        return format_price(value)
    return None if value is None else str(value)


def _normalised(value: object) -> object:
    """Return a stored text as the same text of a file is read."""
    return unicodedata.normalize("NFC", value.strip()) if isinstance(value, str) else value


def _new_product_error(row: ParsedRow) -> RowError | None:
    if row.fields is None or row.fields.name is None:
        sku = f"the SKU {row.internal_sku}" if row.internal_sku else "an empty SKU"
        return RowError(
            "missing_name", f"There is no product with {sku}, and a new one needs a name."
        )
    if row.fields.status == "archived":
        return RowError("invalid_cell", "A new product is draft or active, not archived.")
    return None


def _link_error(
    links: Links | None, product: CurrentProduct | None, context: PlanContext
) -> RowError | None:
    own_id = product.id if product else None
    for name in links.names if links else ():
        item = context.items.get(name)
        if item is None:
            return RowError("unknown_item", f"There is no item {name}.")
        is_free = item.product_id in {None, own_id} or item.id in context.released
        if not is_free:
            return RowError(
                "item_taken", f"The item {name} is linked to the product {item.internal_sku}."
            )
    return None


def _archived_error(
    product: CurrentProduct | None,
    changed: Mapping[str, object],
    category: tuple[str, ...] | None,
    link: tuple[UUID, ...],
) -> RowError | None:
    """Return why an archived product does not change; only unlinking does not need its return."""
    was: ProductStatus | None = product.status if product else None
    status = changed.get("status", was)
    stays = was == "archived" and status == "archived" and (changed or category is not None)
    if stays or (status == "archived" and link):
        return RowError(
            "archived_product", "The product is archived: set its status to draft or active."
        )
    return None
