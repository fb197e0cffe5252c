"""The SQL of the weights that an installation learns from its decisions."""

from typing import Any, LiteralString

from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.matching.model_schemas import MatchModel

# Decisions of people that were not taken back.
DECIDED: LiteralString = """
    FROM match_decisions AS decision JOIN match_batches AS batch ON batch.id = batch_id
    WHERE batch.kind = 'decisions' AND decision.undone_at IS NULL AND features IS NOT NULL
"""


class LearntDecision(Struct, frozen=True):
    """A decision of a person about a suggestion: features by name, and whether it was accepted."""

    features: dict[str, float]
    is_accepted: bool


async def find_active(conn: Connection) -> dict[str, Any] | None:
    """Return the learnt model in use as an object of JSON; None: that of the release."""
    cursor = await conn.execute("SELECT model FROM match_models WHERE is_active")
    for (model,) in await cursor.fetchall():
        return model
    return None


async def count_decisions(conn: Connection) -> int:
    """Return the number of decisions of people from which weights are learnt."""
    return await fetch_value(conn, f"SELECT count(*) {DECIDED}")


async def count_learnt(conn: Connection) -> int:
    """Return from how many decisions the newest model was learnt, 0 without one."""
    return await fetch_value(conn, "SELECT coalesce(max(decisions), 0) FROM match_models")


async def list_learnt_decisions(conn: Connection, limit: int) -> list[LearntDecision]:
    """Return the newest decisions of people, the oldest of them first."""
    async with conn.cursor(row_factory=struct_row(LearntDecision)) as cursor:
        await cursor.execute(
            f"""
            SELECT features, action = 'accept' AS is_accepted {DECIDED}
            ORDER BY decision.id DESC LIMIT %s
            """,
            [limit],
        )
        return (await cursor.fetchall())[::-1]


async def insert_model(conn: Connection, model: str, decisions: int, name: str) -> int:
    """Store a learnt model as JSON, use it from now on, and return its version."""
    await conn.execute("UPDATE match_models SET is_active = false WHERE is_active")
    return await fetch_value(
        conn,
        """
        INSERT INTO match_models (model, decisions, is_active, created_by)
        VALUES (%s::jsonb, %s, true, %s) RETURNING version
        """,
        [model, decisions, name],
    )


async def list_models(conn: Connection) -> list[MatchModel]:
    """Return the learnt models, newest first."""
    async with conn.cursor(row_factory=struct_row(MatchModel)) as cursor:
        await cursor.execute(
            """
            SELECT version, decisions, is_active, created_by, created_at,
                model -> 'weights' AS weights
            FROM match_models ORDER BY version DESC
            """
        )
        return await cursor.fetchall()


async def activate(conn: Connection, version: int) -> bool:
    """Use a model from now on, 0 is that of the release; return whether there is one."""
    await conn.execute(
        "UPDATE match_models SET is_active = false WHERE is_active AND version <> %s", [version]
    )
    if version == 0:
        return True
    cursor = await conn.execute(
        "UPDATE match_models SET is_active = true WHERE version = %s", [version]
    )
    return cursor.rowcount == 1
