"""An error of a value that is none of an enum names the allowed ones, wherever it was sent."""

from typing import Annotated, Any, Literal
from uuid import uuid4

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.cli.key_values import convert_values, parse_assignments
from pricebook.db.database import Connection
from pricebook.errors import SettingsError, ValidationError
from pricebook.settings import read_settings
from pricebook.suppliers.source_config import SourceConfig
from pricebook.system.refused_values import explain_refusal

Client = AsyncTestClient[Litestar]
ADMIN = "/api/v1/admin"


class _Part(msgspec.Struct):
    mode: Literal["full", "partial"] | None = None
    texts: dict[Literal["name", "price"], int] = {}
    levels: list[Literal[1, 2]] = []


class _Whole(msgspec.Struct):
    part: Annotated[_Part | None, msgspec.Meta(description="A part.")] = None
    parts: dict[str, list[_Part]] = {}


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({"part": {"mode": "half"}}, "part.mode: expected one of full, partial"),
        ({"part": {"levels": [1, 3]}}, "part.levels[1]: expected one of 1, 2"),
        ({"part": {"texts": {"cost": 1}}}, "part.texts: key 'cost': expected one of name, price"),
        (
            {"part": {"texts": {"x" * 300: 1}}},
            f"part.texts: key '{'x' * 99}: expected one of name, price",
        ),
        ({"parts": {"a": [{}, {"mode": ""}]}}, "parts[...][1].mode: expected one of full, partial"),
        ({"part": {"texts": {"name": "a"}}}, "part.texts[...]: expected int, got str"),
    ],
)
def test_path_and_allowed_values_are_named(sent: Any, text: str) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.convert(sent, _Whole)
    assert str(explain_refusal(raised.value, _Whole)) == text


async def errors(response: Any) -> list[tuple[str, str, str]]:
    assert response.status_code == 400, response.text
    found = response.json()["error"]["details"]["errors"]
    return [(each["in"], each["field"], each["issue"]) for each in found]


async def test_queries_bodies_and_forms(admin: Client, conn: Connection) -> None:
    supplier_id = await builders.supplier(conn)
    issue = "expected one of active, archived, draft"
    listed = await admin.get(f"{ADMIN}/products", params={"status": "gone"})
    assert await errors(listed) == [("query", "status", issue)]
    changed = await admin.patch(f"{ADMIN}/products/{uuid4()}", json={"status": "gone"})
    assert await errors(changed) == [("body", "status", issue)]
    matched = await admin.patch(
        f"{ADMIN}/products/{uuid4()}/match",
        json={"action": "join", "supplier_item_id": str(uuid4())},
    )
    assert await errors(matched) == [("body", "action", "expected one of link, unlink")]
    config = {"mode": "some"}
    nested = await admin.patch(f"{ADMIN}/suppliers/{supplier_id}", json={"source_config": config})
    issue = "expected one of full, partial"
    assert await errors(nested) == [("body", "source_config.mode", issue)]
    form = await admin.post(
        f"{ADMIN}/suppliers/{supplier_id}/upload", files={"file": b"a"}, data=config
    )
    assert await errors(form) == [("body", "mode", issue)]


def test_commands_and_settings() -> None:
    values = parse_assignments("--set", ["mode=some"], SourceConfig)
    with pytest.raises(ValidationError, match="--set mode: expected one of full, partial"):
        convert_values("--set", values, SourceConfig)
    with pytest.raises(SettingsError, match="expected one of debug, error, info, warning"):
        read_settings({"LOG_LEVEL": "loud"})
