"""Reads and writes the category tree; every write takes the lock of the tree first."""

from collections.abc import Sequence
from uuid import UUID

from psycopg.errors import UniqueViolation

from pricebook.categories.schemas import Category
from pricebook.db.database import Connection
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import ListPage, as_structs, read_page
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.db.sort_keys import Key
from pricebook.errors import ConflictError
from pricebook.http.pagination import CursorPaging

TREE_LOCK = 7_301_001
CATEGORIES = Listing(
    table="categories",
    keys=(Key("name", "text"), Key("id", "uuid")),
    details="SELECT id, name, parent_id, created_at, updated_at FROM categories WHERE id = page.k2",
)


async def lock_tree(conn: Connection) -> None:
    """Take the lock of the category tree until the transaction ends."""
    await conn.execute("SELECT pg_advisory_xact_lock(%s)", [TREE_LOCK])


async def hold_tree(conn: Connection) -> None:
    """Keep the tree from being changed by `lock_tree` until the transaction ends."""
    await conn.execute("SELECT pg_advisory_xact_lock_shared(%s)", [TREE_LOCK])


async def list_categories(conn: Connection, paging: CursorPaging) -> ListPage[Category]:
    """Return a page of the categories by name."""
    return await read_page(conn, CATEGORIES, paging.window, as_structs(Category))


async def find_category(conn: Connection, category_id: UUID) -> Category | None:
    """Find a category."""
    async with conn.cursor(row_factory=struct_row(Category)) as cursor:
        await cursor.execute(
            "SELECT id, name, parent_id, created_at, updated_at FROM categories WHERE id = %s",
            [category_id],
        )
        return await cursor.fetchone()


async def lock_category(conn: Connection, category_id: UUID) -> bool:
    """Lock a category against deletion until the transaction ends; return whether it exists."""
    cursor = await conn.execute("SELECT FROM categories WHERE id = %s FOR KEY SHARE", [category_id])
    return await cursor.fetchone() is not None


async def is_same_or_descendant(conn: Connection, category_id: UUID, ancestor_id: UUID) -> bool:
    """Return whether a category is another one or in its subtree."""
    cursor = await conn.execute(
        """
        WITH RECURSIVE upwards AS (
            SELECT id, parent_id FROM categories WHERE id = %s
            UNION
            SELECT above.id, above.parent_id
            FROM categories AS above JOIN upwards ON above.id = upwards.parent_id
        )
        SELECT FROM upwards WHERE id = %s
        """,
        [category_id, ancestor_id],
    )
    return await cursor.fetchone() is not None


async def insert_category(conn: Connection, name: str, parent_id: UUID | None) -> UUID:
    """Insert a category; raises ConflictError when its parent has one of that name."""
    try:
        return await fetch_value(
            conn,
            "INSERT INTO categories (name, parent_id) VALUES (%s, %s) RETURNING id",
            [name, parent_id],
        )
    except UniqueViolation:
        raise _name_conflict(name) from None


async def set_category(conn: Connection, category_id: UUID, name: str, parent: UUID | None) -> None:
    """Set name and parent; raises ConflictError when the parent has another one of that name."""
    try:
        await conn.execute(
            "UPDATE categories SET name = %s, parent_id = %s WHERE id = %s",
            [name, parent, category_id],
        )
    except UniqueViolation:
        raise _name_conflict(name) from None


async def delete_category(conn: Connection, category: Category) -> None:
    """Delete a category; its subcategories move up to its parent, its products have none.

    Raises ConflictError when the parent has a subcategory of the same name.
    """
    try:
        await move_subcategories(conn, category, category.parent_id)
    except UniqueViolation:
        raise ConflictError(
            f"A subcategory of {category.name} cannot move up: its name is taken there."
        ) from None
    await conn.execute("DELETE FROM categories WHERE id = %s", [category.id])


async def move_subcategories(conn: Connection, category: Category, parent_id: UUID | None) -> int:
    """Move the subcategories of a category that is to be deleted; return their number.

    Its name is changed first if a subcategory has the same one, which can replace it then. Raises
    UniqueViolation when the new parent has a subcategory of the same name.
    """
    await conn.execute(
        """
        UPDATE categories AS category SET name = id::text
        WHERE id = %s AND EXISTS (
            SELECT FROM categories AS child
            WHERE child.parent_id = category.id AND child.name = category.name)
        """,
        [category.id],
    )
    cursor = await conn.execute(
        "UPDATE categories SET parent_id = %s WHERE parent_id = %s", [parent_id, category.id]
    )
    return cursor.rowcount


async def ensure_categories(
    conn: Connection, names: Sequence[str], parent_id: UUID | None = None
) -> dict[str, UUID]:
    """Insert the missing categories under a parent; return the id of each by its name."""
    await conn.execute(
        """
        INSERT INTO categories (name, parent_id) SELECT name, %s FROM unnest(%s::text[]) AS name
        ON CONFLICT ON CONSTRAINT categories_parent_name_key DO NOTHING
        """,
        [parent_id, list(names)],
    )
    cursor = await conn.execute(
        """
        SELECT name, id FROM categories
        WHERE parent_id IS NOT DISTINCT FROM %s AND name = ANY (%s)
        """,
        [parent_id, list(names)],
    )
    return dict(await cursor.fetchall())


async def list_tree(conn: Connection) -> list[tuple[UUID, str, UUID | None]]:
    """Return id, name and parent of all categories."""
    cursor = await conn.execute("SELECT id, name, parent_id FROM categories")
    return await cursor.fetchall()


def _name_conflict(name: str) -> ConflictError:
    return ConflictError(f"There is already a category {name} under the same parent.")
