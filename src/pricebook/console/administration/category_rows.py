"""The tree of categories as rows: one after the other, with what a row opens and closes.

Nothing is recursive, as categories may stand below each other at any depth.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from pricebook.categories.schemas import CountedCategory

SEPARATOR = " › "

Names = Mapping[UUID, tuple[str, UUID | None]]


class CategoryRow(Struct, frozen=True):
    """A category in its tree.

    `total` includes the products of its subcategories. `closed` is the number of lists of
    subcategories that end after it.
    """

    category: CountedCategory
    total: int
    has_children: bool
    is_open: bool
    closed: int


def tree_rows(
    categories: Sequence[CountedCategory], open_ids: Iterable[UUID] | None
) -> list[CategoryRow]:
    """Return the rows of the tree in its order; `open_ids` are those that are open, None: all.

    Categories have the order in which they are given; a cycle of parents is left out.
    """
    children: dict[UUID | None, list[CountedCategory]] = {}
    for each in categories:
        children.setdefault(each.parent_id, []).append(each)
    ordered = _in_tree_order(children)
    totals = {each.id: each.products for each, _ in ordered}
    for each, _ in reversed(ordered):
        if each.parent_id is not None:
            totals[each.parent_id] += totals[each.id]
    opened = None if open_ids is None else set(open_ids)
    depths = [depth for _, depth in ordered[1:]] + [0]
    return [
        CategoryRow(
            each,
            totals[each.id],
            has_children=each.id in children,
            is_open=opened is None or each.id in opened,
            closed=max(depth - next_depth, 0),
        )
        for (each, depth), next_depth in zip(ordered, depths, strict=False)
    ]


def _in_tree_order(
    children: Mapping[UUID | None, list[CountedCategory]],
) -> list[tuple[CountedCategory, int]]:
    """Return each category and its depth, a parent before its subcategories."""
    ordered: list[tuple[CountedCategory, int]] = []
    waiting = [(each, 0) for each in reversed(children.get(None, []))]
    while waiting:
        category, depth = waiting.pop()
        ordered.append((category, depth))
        waiting += [(each, depth + 1) for each in reversed(children.get(category.id, []))]
    return ordered


def names_of(categories: Iterable[tuple[UUID, str, UUID | None]]) -> Names:
    """Return name and parent of each category by its id."""
    return {each: (name, parent_id) for each, name, parent_id in categories}


def ancestors(names: Names, category_id: UUID | None) -> list[UUID]:
    """Return the ids from the root to a category, itself included."""
    found: list[UUID] = []
    while category_id is not None and category_id in names and category_id not in found:
        found.append(category_id)
        category_id = names[category_id][1]
    return found[::-1]


def path_text(names: Names, category_id: UUID | None) -> str:
    """Return the names from the root to a category as one text."""
    return SEPARATOR.join(names[each][0] for each in ancestors(names, category_id))


def targets_without(names: Names, category_id: UUID) -> list[tuple[str, str]]:
    """Return ids and names of all categories but one and those below it, by name.

    Those above a category follow its name, which is what people type to find it.
    """
    targets: list[tuple[str, str]] = []
    for each in _others(names, category_id):
        name, parent_id = names[each]
        above = f" ({path_text(names, parent_id)})" if parent_id else ""
        targets.append((str(each), name + above))
    return sorted(targets, key=lambda target: target[1].lower())


def choices_without(names: Names, category_id: UUID | None) -> list[tuple[str, str]]:
    """Return ids and paths of all categories but one and those below it, by path."""
    choices = [(str(each), path_text(names, each)) for each in _others(names, category_id)]
    return sorted(choices, key=lambda choice: choice[1].lower())


def _others(names: Names, category_id: UUID | None) -> list[UUID]:
    """Return all categories but one and those below it."""
    return [
        each for each in names if category_id is None or category_id not in ancestors(names, each)
    ]
