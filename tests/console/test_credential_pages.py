"""The credentials of a supplier's address as a form: set, kept, refused and removed."""

import re
from uuid import UUID

import msgspec
import pytest
from litestar.testing import AsyncTestClient

import builders
from console.conftest import PASSWORD, Client, LogInAs, send
from console.fragments import follow, require_refusal, show, show_text
from pricebook.api.application import create_app
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value
from pricebook.settings import Settings

URL = "https://acme.example/list.csv"
SECRET = "zw4n-k8bd-2tqe"
FORM = {
    "credentials_kind": "basic",
    "credentials_name": "shop-4711",
    "credentials_secret": SECRET,
    "credentials_before": "",
}
STORED = "SELECT (kind, name, origin, ciphertext)::text FROM supplier_credentials"
SECRET_FIELD = re.compile(r'<input id="credentials_secret"[^>]*>')


@pytest.fixture
async def supplier_id(conn: Connection) -> UUID:
    return await builders.supplier_with_url(conn, URL, "Acme")


def path_of(supplier_id: UUID, page: str = "credentials") -> str:
    return f"/console/suppliers/{supplier_id}/{page}"


async def before(client: Client, supplier_id: UUID) -> str:
    """Return the revision of the credentials, as the form has it."""
    text = await show(client, path_of(supplier_id, "settings"))
    (found,) = re.findall(r'name="credentials_before" value="([^"]*)"', text)
    return found


async def store(client: Client, supplier_id: UUID, **fields: str) -> str:
    """Send the form; return the page that it leads to."""
    form = {**FORM, "credentials_before": await before(client, supplier_id), **fields}
    text = await follow(client, await send(client, path_of(supplier_id), **form))
    assert SECRET not in text
    return text


async def test_form_never_has_the_secret(
    client: Client, log_in_as: LogInAs, supplier_id: UUID
) -> None:
    name = await log_in_as("admin")
    text = await show_text(client, path_of(supplier_id, "settings"))
    assert "Stored: " not in text
    assert "Remove the credentials" not in text
    text = await store(client, supplier_id)
    assert "The credentials were stored." in text
    assert "Stored: user and password (basic), for https://acme.example, since " in text
    assert f"by {name}." in text
    assert 'name="credentials_name" type="text" value="shop-4711"' in text
    (field,) = SECRET_FIELD.findall(text)
    assert 'type="password" value=""' in field
    assert 'autocomplete="off"' in field


async def test_empty_secret_keeps_the_stored_one(
    client: Client, log_in_as: LogInAs, conn: Connection, supplier_id: UUID
) -> None:
    await log_in_as("admin")
    await store(client, supplier_id)
    stored = await fetch_value(conn, STORED)
    text = await store(client, supplier_id, credentials_secret="")
    assert "the stored secret is kept" in text
    assert await fetch_value(conn, STORED) == stored
    form = {**FORM, "credentials_before": await before(client, supplier_id)}
    form |= {"credentials_secret": "", "credentials_name": "other"}
    response = await send(client, path_of(supplier_id), **form)
    require_refusal(response, "credentials_secret", "none is stored for this kind, name")
    assert 'value="other"' in response.text
    assert await fetch_value(conn, STORED) == stored


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"credentials_name": "a:b"}, ("credentials_name", "colon")),
        ({"credentials_name": ""}, ("credentials_name", "is required by basic")),
        ({"credentials_secret": ""}, ("credentials_secret", "is required")),
        ({"credentials_kind": "paper"}, ("credentials_kind", "expected one of")),
        (
            {"credentials_kind": "header", "credentials_name": "Host"},
            ("credentials_name", "sets itself"),
        ),
        (
            {"credentials_kind": "bearer", "credentials_secret": f"{SECRET} x"},
            ("credentials_secret", ""),
        ),
    ],
)
async def test_refused_field_is_named_and_the_secret_is_not_sent_back(
    client: Client,
    log_in_as: LogInAs,
    supplier_id: UUID,
    fields: dict[str, str],
    refusal: tuple[str, str],
) -> None:
    await log_in_as("admin")
    seen = {"credentials_before": await before(client, supplier_id)}
    response = await send(client, path_of(supplier_id), **FORM | seen | fields)
    require_refusal(response, *refusal)
    assert SECRET not in response.text
    typed = (FORM | fields)["credentials_name"]
    assert f'name="credentials_name" type="text" value="{typed}"' in response.text


async def test_token_is_stored_without_a_name_and_spaces(
    client: Client, log_in_as: LogInAs, conn: Connection, supplier_id: UUID
) -> None:
    await log_in_as("admin")
    await store(client, supplier_id, credentials_kind="bearer", credentials_secret=f" {SECRET}\t")
    shown = await fetch_value(conn, "SELECT (kind, name)::text FROM supplier_credentials")
    assert shown == "(bearer,)"


async def test_second_of_two_people_sees_the_conflict(
    client: Client, log_in_as: LogInAs, conn: Connection, supplier_id: UUID
) -> None:
    await log_in_as("admin")
    shown = await before(client, supplier_id)
    await store(client, supplier_id)
    stored = await fetch_value(conn, STORED)
    form = {**FORM, "credentials_before": shown, "credentials_name": "second"}
    response = await send(client, path_of(supplier_id), **form)
    assert response.status_code == 400
    assert "Somebody else changed the credentials meanwhile." in response.text
    assert 'value="second"' in response.text
    assert SECRET not in response.text
    assert await fetch_value(conn, STORED) == stored


async def test_credentials_of_a_former_address_are_marked(
    client: Client, log_in_as: LogInAs, conn: Connection, supplier_id: UUID
) -> None:
    await log_in_as("admin")
    await store(client, supplier_id)
    await conn.execute(
        "UPDATE suppliers SET metadata = replace(metadata::text, 'acme.', 'new.')::jsonb"
    )
    text = await show_text(client, path_of(supplier_id, "settings"))
    assert "They are not sent to https://new.example" in text
    form = {**FORM, "credentials_before": await before(client, supplier_id)}
    response = await send(client, path_of(supplier_id), **form | {"credentials_secret": ""})
    require_refusal(response, "credentials_secret", "none is stored for this kind, name")
    assert "They are not sent" not in await store(client, supplier_id)


async def test_supplier_without_an_address_has_no_form_of_credentials(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    supplier_id = await builders.supplier(conn)
    text = await show_text(client, path_of(supplier_id, "settings"))
    assert "They need an https address of a file" in text
    assert not SECRET_FIELD.findall(text)
    assert "Credentials of the address" not in await show_text(client, "/console/suppliers/new")
    seen = {"credentials_before": await before(client, supplier_id)}
    response = await send(client, path_of(supplier_id), **FORM | seen)
    assert response.status_code == 400
    assert "has no https address" in response.text


async def test_credentials_are_removed(
    client: Client, log_in_as: LogInAs, conn: Connection, supplier_id: UUID
) -> None:
    await log_in_as("admin")
    await store(client, supplier_id)
    for _ in range(2):  # the second click, too
        response = await send(client, path_of(supplier_id, "credentials/remove"))
        assert "The credentials were removed." in await follow(client, response)
    assert await fetch_value(conn, "SELECT count(*) FROM supplier_credentials") == 0


async def test_missing_key_of_the_server_is_named(
    settings: Settings, conn: Connection, supplier_id: UUID, password_hash: str
) -> None:
    app = create_app(msgspec.structs.replace(settings, credentials_key=None))
    await builders.user(conn, "anna", "admin", password_hash)
    async with AsyncTestClient(app) as client:
        await send(client, "/login", username="anna", password=PASSWORD, next="/console")
        seen = {"credentials_before": await before(client, supplier_id)}
        response = await send(client, path_of(supplier_id), **FORM | seen)
    assert response.status_code == 400
    assert "CREDENTIALS_KEY is not set" in response.text


async def test_ended_session_does_not_send_the_secret_back(
    client: Client, supplier_id: UUID
) -> None:
    response = await send(client, path_of(supplier_id), **FORM)
    assert response.status_code == 401
    assert "shop-4711" in response.text
    assert SECRET not in response.text
