"""Addresses in private networks are refused where they are named, unless a setting allows them."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value
from pricebook.errors import ValidationError
from pricebook.http import public_urls
from pricebook.pricelists.sources.public_addresses import NetworkPolicy, is_public

Client = AsyncTestClient[Litestar]
ADMIN = "/api/v1/admin"
PRIVATE = (
    *(
        "https://127.0.0.1/in",
        "https://localhost/in",
        "https://10.0.0.1",
        "https://192.168.1.9:8443",
    ),
    *("https://[::1]/in", "https://169.254.169.254/latest", "https://[fd00::1]/"),
)
NAMED = "https://erp.example/in"
SENTENCE = "is in a private network, which is not allowed unless ALLOW_PRIVATE_URLS is set"


def assert_refused(response: Any, field: str) -> None:
    assert response.status_code == 400, response.text
    (error,) = response.json()["error"]["details"]["errors"]
    assert (error["field"], error["issue"].endswith(SENTENCE)) == (field, True)


@pytest.mark.parametrize("url", PRIVATE)
async def test_webhook_to_a_private_address_is_refused(
    admin: Client, conn: Connection, url: str
) -> None:
    assert_refused(await admin.post(f"{ADMIN}/webhooks", json={"name": "ERP", "url": url}), "url")
    webhook_id = await builders.webhook(conn, "ERP")
    path = f"{ADMIN}/webhooks/{webhook_id}"
    assert_refused(await admin.patch(path, json={"url": url}), "url")
    assert await fetch_value(conn, "SELECT count(*) FROM webhooks WHERE url = %s", [url]) == 0


async def test_stored_private_webhook_is_changed_otherwise(admin: Client, conn: Connection) -> None:
    webhook_id = await builders.webhook(conn, "ERP")
    await conn.execute("UPDATE webhooks SET url = %s", [PRIVATE[0]])
    change = {"url": PRIVATE[0], "name": "Shop"}
    response = await admin.patch(f"{ADMIN}/webhooks/{webhook_id}", json=change)
    assert (response.status_code, response.json()["name"]) == (200, "Shop")


@pytest.mark.parametrize("url", PRIVATE)
async def test_supplier_with_a_private_address_is_refused(
    admin: Client, conn: Connection, url: str
) -> None:
    config = {"source_config": {"url": url}}
    created = await admin.post(
        f"{ADMIN}/suppliers", json={"name": "ACME", "source_type": "csv", **config}
    )
    assert_refused(created, "source_config.url")
    path = f"{ADMIN}/suppliers/{await builders.supplier(conn)}"
    assert_refused(await admin.patch(path, json=config), "source_config.url")
    assert await fetch_value(conn, "SELECT count(*) FROM suppliers") == 1


async def test_stored_private_supplier_is_changed_otherwise(
    admin: Client, conn: Connection
) -> None:
    supplier_id: UUID = await builders.supplier_with_url(conn, PRIVATE[0])
    change = {"source_config": {"url": PRIVATE[0], "header_row": 3}}
    response = await admin.patch(f"{ADMIN}/suppliers/{supplier_id}", json=change)
    assert (response.status_code, response.json()["source_config"]["header_row"]) == (200, 3)


def network(*found: str) -> NetworkPolicy:
    def resolve(_host: str, _port: int) -> Sequence[str]:
        if not found:
            raise OSError
        return found

    return NetworkPolicy(resolve, is_public)


@pytest.mark.parametrize("found", [["10.1.2.3"], ["93.184.216.34", "127.0.0.1"]])
async def test_name_that_resolves_to_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, found: list[str]
) -> None:
    monkeypatch.setattr(public_urls, "PUBLIC_NETWORK", network(*found))
    with pytest.raises(ValidationError, match="is in a private network"):
        await public_urls.require_public_url(NAMED, allows_private=False)


@pytest.mark.parametrize("found", [["93.184.216.34"], []])
async def test_name_with_public_addresses_or_none_yet_is_taken(
    monkeypatch: pytest.MonkeyPatch, found: list[str]
) -> None:
    monkeypatch.setattr(public_urls, "PUBLIC_NETWORK", network(*found))
    await public_urls.require_public_url(NAMED, allows_private=False)


async def test_malformed_address_is_refused_by_its_field(admin: Client) -> None:
    body = {
        "name": "ACME",
        "source_type": "csv",
        "source_config": {"url": "https://[::1/list.csv"},
    }
    response = await admin.post(f"{ADMIN}/suppliers", json=body)
    assert response.status_code == 400
    (error,) = response.json()["error"]["details"]["errors"]
    assert error["field"] == "source_config.url"


async def test_private_addresses_are_taken_if_the_setting_allows_them(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = cast("Any", admin).app.state
    allowing = msgspec.structs.replace(state.settings, allow_private_urls=True)
    monkeypatch.setattr(state, "settings", allowing)
    webhook = {"name": "ERP", "url": PRIVATE[0]}
    assert (await admin.post(f"{ADMIN}/webhooks", json=webhook)).status_code == 201
    supplier = {"name": "ACME", "source_type": "csv", "source_config": {"url": PRIVATE[0]}}
    assert (await admin.post(f"{ADMIN}/suppliers", json=supplier)).status_code == 201
