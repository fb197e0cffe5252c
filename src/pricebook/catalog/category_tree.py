"""The categories of the catalog as a tree, cached until the catalog changes."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

from pricebook.catalog.schemas import CatalogCategory
from pricebook.catalog.service import Catalog, list_categories
from pricebook.http.pagination import Paging

CACHE_KEY = "category-tree"
PAGE_SIZE = 200
MAX_CATEGORIES = 20_000
NODE_BYTES = 400


class CategoryNode(Struct, frozen=True):
    """A category with its number of active products, those of subcategories included."""

    id: str
    name: str
    parent_id: str | None
    total: int


class CategoryTree(Struct, frozen=True):
    """The categories by id, and the ids of the subcategories of each by name; None is the root."""

    nodes: dict[str, CategoryNode]
    children: dict[str | None, list[str]]

    @property
    def size(self) -> int:
        """The size in bytes, about."""
        return NODE_BYTES * (len(self.nodes) + 1)

    def below(self, category_id: str | None) -> list[CategoryNode]:
        """Return the subcategories of a category by name."""
        return [self.nodes[each] for each in self.children.get(category_id, [])]

    def path(self, category_id: UUID | str | None) -> list[CategoryNode]:
        """Return the categories from the root to a category, itself included."""
        found: list[CategoryNode] = []
        node = self.nodes.get(str(category_id))
        while node is not None and len(found) < len(self.nodes):
            found.insert(0, node)
            node = self.nodes.get(str(node.parent_id))
        return found


async def read_tree(catalog: Catalog) -> CategoryTree:
    """Return the tree of at most MAX_CATEGORIES categories."""
    cache = catalog.response_cache
    tree: CategoryTree | None = cache.find(CACHE_KEY)
    if tree is None:
        generation = cache.generation
        tree = build_tree(await _read_all(catalog))
        cache.store(CACHE_KEY, tree, generation)
    return tree


async def _read_all(catalog: Catalog) -> list[CatalogCategory]:
    categories: list[CatalogCategory] = []
    for number in range(1, MAX_CATEGORIES // PAGE_SIZE + 1):
        page = await list_categories(catalog, Paging(number, PAGE_SIZE))
        categories += page.data
        if len(categories) >= page.total_count or not page.data:
            break
    return categories


def build_tree(categories: Iterable[CatalogCategory]) -> CategoryTree:
    """Return categories as a tree; one whose parent is unknown stands at the root."""
    by_id = {each.id: each for each in categories}
    parents = {
        each.id: each.parent_id if each.parent_id in by_id else None for each in by_id.values()
    }
    totals = dict.fromkeys(by_id, 0)
    for each in by_id.values():
        for ancestor in _ancestors(each.id, parents):
            totals[ancestor] += each.product_count
    children: dict[str | None, list[str]] = {}
    for each in by_id.values():
        children.setdefault(parents[each.id], []).append(each.id)
    nodes = {
        each.id: CategoryNode(each.id, each.name, parents[each.id], totals[each.id])
        for each in by_id.values()
    }
    return CategoryTree(nodes, children)


def _ancestors(category_id: str, parents: dict[str, str | None]) -> list[str]:
    """Return a category and those above it; a cycle of parents ends at its first repetition."""
    found: list[str] = []
    current: str | None = category_id
    while current is not None and current not in found:
        found.append(current)
        current = parents[current]
    return found
