"""The categories that a form offers, each with those above it."""

from typing import Any

from litestar import Request

from pricebook.catalog.category_tree import CategoryTree, read_tree

SEPARATOR = " › "


async def list_category_choices(request: Request[Any, Any, Any]) -> list[tuple[str, str]]:
    """Return the ids and the paths of the categories, in the order of the tree."""
    tree = await read_tree(request.app.state.catalog)
    return [choice for root in tree.below(None) for choice in _subtree(tree, root.id, "")]


def _subtree(tree: CategoryTree, category_id: str, above: str) -> list[tuple[str, str]]:
    path = above + tree.nodes[category_id].name
    below = [_subtree(tree, each.id, path + SEPARATOR) for each in tree.below(category_id)]
    return [(category_id, path), *(choice for choices in below for choice in choices)]
