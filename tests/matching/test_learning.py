"""Weights that an installation learns: from many decisions, in versions, and back."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from import_fixtures import rows
from pricebook.db.database import Connection, Database
from pricebook.matching import learning
from pricebook.matching.learning import current_model
from pricebook.matching.scoring.model import load_shipped

Client = AsyncTestClient[Litestar]
PATH = "/api/v1/admin/matches/models"


async def decide(conn: Connection, count: int, action: str = "accept") -> None:
    """Store decisions of people about suggestions, each of another item."""
    supplier_id = await builders.supplier(conn)
    product_id = await builders.product(conn)
    ((batch_id,),) = await rows(
        conn,
        "INSERT INTO match_batches (kind, created_by) VALUES ('decisions', 'paula') RETURNING id",
    )
    for _ in range(count):
        item_id = await builders.item(conn, supplier_id, sku=str(uuid4()))
        await conn.execute(
            """
            INSERT INTO match_decisions
                (batch_id, supplier_item_id, product_id, action, score, band, features)
            VALUES (%s, %s, %s, %s::match_action, 0.5, 'likely', '{"similarity": 1}')
            """,
            [batch_id, item_id, product_id, action],
        )


async def test_few_decisions_change_nothing(conn: Connection, database: Database) -> None:
    await decide(conn, learning.FIRST_DECISIONS - 1)
    assert await current_model(database) == load_shipped()
    assert await rows(conn, "SELECT FROM match_models") == []


async def test_weights_are_learnt_in_versions_and_set_back(
    procurement: Client, conn: Connection, database: Database
) -> None:
    await decide(conn, learning.FIRST_DECISIONS)
    learnt = await current_model(database)
    assert learnt.version == f"{learning.FIRST_DECISIONS} decisions"
    await decide(conn, 2, "reject")
    assert await current_model(database) == learnt
    models: list[dict[str, Any]] = (await procurement.get(PATH)).json()["data"]
    version = models[0]["version"]
    assert [(model["version"], model["is_active"]) for model in models] == [
        (version, True),
        (0, False),
    ]
    back = await procurement.put(f"{PATH}/active", json={"version": 0})
    assert [model["is_active"] for model in back.json()["data"]] == [False, True]
    assert await current_model(database) == load_shipped()
    assert (await procurement.put(f"{PATH}/active", json={"version": version})).status_code == 200
    assert (await current_model(database)).version == learnt.version
    assert (
        await procurement.put(f"{PATH}/active", json={"version": version + 1})
    ).status_code == 404


async def test_weights_of_another_release_are_not_used(
    conn: Connection, database: Database
) -> None:
    await conn.execute(
        """
        INSERT INTO match_models (model, decisions, is_active, created_by)
        VALUES ('{"weights": {}}', 100, true, 'decisions')
        """
    )
    assert await current_model(database) == load_shipped()


async def test_one_model_is_active(conn: Connection) -> None:
    insert = """
        INSERT INTO match_models (model, decisions, is_active, created_by)
        VALUES ('{}', 50, true, 'decisions')
    """
    await conn.execute(insert)
    with pytest.raises(psycopg.errors.UniqueViolation):
        await conn.execute(insert)
