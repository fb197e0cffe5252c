from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import UNSET

from pricebook.audit import service as audit
from pricebook.audit.schemas import NewEntry
from pricebook.categories import category_merge_repository, repository
from pricebook.categories.schemas import (
    Category,
    CategoryChange,
    CategoryUse,
    CountedCategory,
    MergedCategory,
    NewCategory,
)
from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError, NotFoundError, body_issue, validation_error
from pricebook.http.pagination import CursorPage, CursorPaging, cursor_page_of

# For the products that one statement moves, beside other work.
MERGE_SECONDS = 120


class OutdatedError(ConflictError):
    """Somebody else changed a category since the caller read it."""


async def list_categories(database: Database, paging: CursorPaging) -> CursorPage[Category]:
    """Return a page of the categories, by name and id."""
    async with database.connection() as conn:
        return cursor_page_of(paging, await repository.list_categories(conn, paging))


async def create_category(database: Database, new_category: NewCategory) -> Category:
    """Create a category.

    Raises ValidationError when the parent is unknown, ConflictError when the parent has the name.
    """
    async with database.short_transaction() as conn:
        await repository.lock_tree(conn)
        await _require_parent(conn, new_category.parent_id)
        category_id = await repository.insert_category(
            conn, new_category.name, new_category.parent_id
        )
        return await _get(conn, category_id)


async def change_category(
    database: Database, category_id: UUID, change: CategoryChange, *, seen: datetime | None = None
) -> Category:
    """Rename a category or move it with its subtree.

    `seen` is its `updated_at` as the caller knows it. Raises NotFoundError; OutdatedError when it
    was changed since; ValidationError when the parent is unknown or in the subtree; ConflictError
    when the parent has the name.
    """
    async with database.short_transaction() as conn:
        await repository.lock_tree(conn)
        current = await _get(conn, category_id)
        _require_unchanged(current, seen)
        name = current.name if change.name is UNSET else change.name
        parent_id = current.parent_id if change.parent_id is UNSET else change.parent_id
        await _require_parent(conn, parent_id)
        if parent_id and await repository.is_same_or_descendant(conn, parent_id, category_id):
            raise validation_error(
                body_issue("parent_id", "is the category itself or stands below it")
            )
        await repository.set_category(conn, category_id, name, parent_id)
        return await _get(conn, category_id)


async def delete_category(database: Database, category_id: UUID) -> None:
    """Delete a category: its products stay, its subcategories move up to its parent.

    Raises NotFoundError; ConflictError when the parent has a subcategory of the same name.
    """
    async with database.short_transaction() as conn:
        await repository.lock_tree(conn)
        await repository.delete_category(conn, await _get(conn, category_id))


async def merge_category(
    database: Database, category_id: UUID, into_id: UUID, *, seen: datetime | None = None
) -> MergedCategory:
    """Move all that a category has to another one, and delete it.

    Raises NotFoundError; OutdatedError when it was changed since `seen`; ValidationError when the
    other one is unknown or in its subtree; ConflictError when both have a subcategory of one name.
    """
    async with database.short_transaction(statement_seconds=MERGE_SECONDS) as conn:
        await repository.lock_tree(conn)
        category = await _get(conn, category_id)
        _require_unchanged(category, seen)
        into = await _require_target(conn, category, into_id)
        products = await category_merge_repository.move_products(conn, category_id, into_id)
        rules = await category_merge_repository.move_pricing_rules(conn, category_id, into_id)
        subcategories = await repository.move_subcategories(conn, category, into_id)
        await category_merge_repository.delete_empty(conn, category_id)
        merged = MergedCategory(into, products, subcategories, rules)
        await audit.insert_entry(conn, _entry_of(category, merged))
    return merged


async def read_counted_tree(database: Database) -> list[CountedCategory]:
    """Return all categories by name, with their numbers of products."""
    async with database.connection() as conn:
        return await category_merge_repository.list_counted(conn)


async def list_tree(database: Database) -> list[tuple[UUID, str, UUID | None]]:
    """Return id, name and parent of all categories."""
    async with database.connection() as conn:
        return await repository.list_tree(conn)


async def get_category(database: Database, category_id: UUID) -> tuple[Category, CategoryUse]:
    """Return a category and how many rows refer to it; raises NotFoundError."""
    async with database.connection() as conn:
        category = await _get(conn, category_id)
        return category, await category_merge_repository.count_use(conn, category_id)


async def lock_category_if_given(conn: Connection, category_id: UUID | None) -> bool:
    """Lock a category against deletion until the transaction ends; False if it does not exist.

    Categories are locked after items and before products.
    """
    return category_id is None or await repository.lock_category(conn, category_id)


async def ensure_categories(
    conn: Connection, names: Sequence[str], parent_id: UUID | None = None
) -> dict[str, UUID]:
    """Create the missing categories under a parent; return the id of each by its name."""
    return await repository.ensure_categories(conn, names, parent_id)


async def read_paths(conn: Connection) -> dict[UUID, tuple[str, ...]]:
    """Return the path of each category: the names from its root to itself."""
    nodes = {each: (name, parent) for each, name, parent in await repository.list_tree(conn)}

    def path_of(category_id: UUID) -> tuple[str, ...]:
        names: list[str] = []
        current: UUID | None = category_id
        while current is not None and current in nodes:
            name, current = nodes[current]
            names.insert(0, name)
        return tuple(names)

    return {category_id: path_of(category_id) for category_id in nodes}


async def hold_tree(conn: Connection) -> None:
    """Keep categories from being changed and deleted until the caller's transaction ends.

    Categories are locked after items and before products.
    """
    await repository.hold_tree(conn)


async def ensure_paths(
    conn: Connection, paths: Iterable[tuple[str, ...]]
) -> dict[tuple[str, ...], UUID]:
    """Create the missing categories of paths; return the id of each path and its beginnings."""
    ids: dict[tuple[str, ...], UUID] = {}
    wanted = {path[:depth] for path in paths for depth in range(1, len(path) + 1)}
    parents = {path[:-1] for path in wanted}
    for parent_path in sorted(parents, key=lambda path: (len(path), path)):
        names = sorted({path[-1] for path in wanted if path[:-1] == parent_path})
        created = await repository.ensure_categories(conn, names, ids.get(parent_path))
        ids.update({(*parent_path, name): each for name, each in created.items()})
    return ids


async def _get(conn: Connection, category_id: UUID) -> Category:
    category = await repository.find_category(conn, category_id)
    if category is None:
        raise NotFoundError(f"There is no category {category_id}.")
    return category


def _require_unchanged(category: Category, seen: datetime | None) -> None:
    if seen is not None and category.updated_at != seen:
        raise OutdatedError(f"The category {category.name} was changed meanwhile.")


async def _require_target(conn: Connection, category: Category, into_id: UUID) -> Category:
    """Return the category that another one may be merged into."""
    into = await repository.find_category(conn, into_id)
    if into is None:
        raise validation_error(body_issue("into_id", "there is no such category"))
    if await repository.is_same_or_descendant(conn, into_id, category.id):
        raise validation_error(body_issue("into_id", "is the category itself or stands below it"))
    name = await category_merge_repository.find_common_name(conn, category.id, into_id)
    if name is not None:
        raise ConflictError(
            f"{category.name} and {into.name} both have a subcategory {name}: merge or rename that"
            " one first."
        )
    return into


def _entry_of(category: Category, merged: MergedCategory) -> NewEntry:
    counts = {"products": merged.products, "subcategories": merged.subcategories}
    into = {"into_id": str(merged.into.id), "into": merged.into.name}
    return NewEntry(
        action="category.merged",
        entity_type="category",
        entity_id=category.id,
        entity_name=category.name,
        after={**into, **counts, "pricing_rules": merged.pricing_rules},
    )


async def _require_parent(conn: Connection, parent_id: UUID | None) -> None:
    if parent_id and await repository.find_category(conn, parent_id) is None:
        raise validation_error(body_issue("parent_id", "there is no such category"))
