from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import UNSET

from pricebook.categories import repository
from pricebook.categories.schemas import Category, CategoryChange, NewCategory
from pricebook.db.database import Connection, Database
from pricebook.errors import NotFoundError, body_issue, validation_error
from pricebook.http.pagination import CursorPage, CursorPaging, cursor_page_of


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
    database: Database, category_id: UUID, change: CategoryChange
) -> Category:
    """Rename a category or move it with its subtree.

    Raises NotFoundError; ValidationError when the parent is unknown or in the subtree;
    ConflictError when the parent has the name.
    """
    async with database.short_transaction() as conn:
        await repository.lock_tree(conn)
        current = await _get(conn, category_id)
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


async def _require_parent(conn: Connection, parent_id: UUID | None) -> None:
    if parent_id and await repository.find_category(conn, parent_id) is None:
        raise validation_error(body_issue("parent_id", "there is no such category"))
