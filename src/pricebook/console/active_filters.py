"""The filters of a view in which nothing is left: names, values, and the view without each."""

from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

from msgspec import Struct

from pricebook.audit import service as audit
from pricebook.console.page_texts import load_texts
from pricebook.console.query_fields import PageQuery
from pricebook.db.database import Database

# What an address has beside filters, or with one of them.
PLACE = dict.fromkeys(("cursor", "page", "limit", "rest"))
WITH_CATEGORY = "include_subcategories"
NO_FILTERS = frozenset(
    {*PLACE, WITH_CATEGORY, "sort", "exact_count", "columns", "back", "totals", "import_id"}
)
# For each view the text of the label of each filter, and where the words of its values are: a part
# of their keys, a text for each value, or nothing for a value that is shown as it was typed.
Words = str | Mapping[str, str]
SUPPLIER: tuple[str, Words] = ("filters.supplier", "")
CATEGORY: tuple[str, Words] = ("filters.category", "")
VIEWS: Mapping[str, Mapping[str, tuple[str, Words]]] = {
    "products": {
        "search": ("products.search", ""),
        "status": ("products.status", "products.statuses."),
        "supplier_id": SUPPLIER,
        "category_id": CATEGORY,
        "is_priced": (
            "products.is_priced",
            {"true": "products.with_price", "false": "products.without_price"},
        ),
        "min_margin": ("products.min_margin", ""),
        "max_margin": ("products.max_margin", ""),
        "updated_since": ("products.updated_since", ""),
    },
    "changes": {
        "supplier_id": SUPPLIER,
        "category_id": CATEGORY,
        "since": ("changes.since", ""),
        "until": ("changes.until", ""),
        "direction": ("changes.direction", "changes."),
        "min_percent": ("changes.min_percent", ""),
        "unaddressed": ("changes.which", {"true": "changes.unaddressed"}),
        "linked": ("changes.which", {"true": "filters.linked", "false": "filters.not_linked"}),
        "undone": ("changes.which", {"true": "filters.undone"}),
    },
    "imports": {
        "supplier_id": SUPPLIER,
        "state": ("imports.state", "imports.states."),
    },
    "suppliers": {
        "search": ("suppliers.search", ""),
        "activity": ("suppliers.activity", "suppliers."),
        "needs": ("suppliers.needs_label", "suppliers.needs."),
    },
    "supplier_items": {
        "search": ("suppliers.item_search", ""),
        "state": ("suppliers.state", "suppliers.item_states."),
    },
    "matches": {
        "search": ("matches.search", ""),
        "supplier_id": SUPPLIER,
        "band": ("matches.band", "home.bands."),
    },
    "clusters": {"supplier_id": SUPPLIER},
    "match_batches": {"several": ("match_batches.which", {"true": "match_batches.several"})},
    "audit": {
        "actor": ("audit.actor", ""),
        "entity_type": ("audit.entity_type", "audit.types."),
        "action": ("audit.action", "audit.actions."),
        "since": ("audit.since", ""),
        "until": ("audit.until", ""),
        "entity_id": ("audit.entity_id", ""),
        "task_id": ("audit.task_id", ""),
        "batch_id": ("audit.batch_id", ""),
        "request_id": ("audit.request_id", ""),
        "actor_type": ("audit.actor_type", "audit.actors."),
    },
    "users": {
        "search": ("users.search", ""),
        "role": ("users.role", "role."),
        "is_active": ("users.state", {"true": "users.active", "false": "users.inactive"}),
    },
    "catalog": {
        "search": ("catalog.search", ""),
        "category_id": CATEGORY,
        "min_price": ("catalog.min_price", ""),
        "max_price": ("catalog.max_price", ""),
    },
}


class ActiveFilter(Struct, frozen=True):
    """A filter as its form calls it, its value in words, and the address of the view without it."""

    label: str
    value: str
    without: str


async def read_active_filters(
    database: Database, view: str, query: PageQuery, path: str
) -> list[ActiveFilter]:
    """Return the filters that are set in a view of VIEWS, with names in place of ids."""
    ids = set[UUID]()
    for text in query.without(*NO_FILTERS).fields.values():
        with suppress(ValueError):
            ids.add(UUID(text))
    names = await audit.list_names(database, ids) if ids else {}
    return active_filters(view, query, path, {str(each): name for each, name in names.items()})


def active_filters(
    view: str, query: PageQuery, path: str, names: Mapping[str, str]
) -> list[ActiveFilter]:
    """Return the filters that are set in a view of VIEWS, in its order.

    `names` are those of ids.
    """
    t = load_texts()
    return [
        ActiveFilter(
            t(label),
            names.get(query.get(name).lower())
            or t.get(_key(words, query.get(name)), query.get(name)),
            query.address(path, **_without(name)),
        )
        for name, (label, words) in VIEWS[view].items()
        if query.get(name)
    ]


def _key(words: Words, value: str) -> str:
    """Return the key of the words of a value; that of no text for a value that has none."""
    return (words and words + value) if isinstance(words, str) else words.get(value, "")


def _without(name: str) -> dict[str, None]:
    """Return the fields that go with a filter when it is taken away."""
    return PLACE | {name: None} | ({WITH_CATEGORY: None} if name == "category_id" else {})
