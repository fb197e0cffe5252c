"""Pages of lists, and what their forms return to htmx."""

import re
from html import unescape
from uuid import UUID

import msgspec
from httpx import Response
from psycopg.types.json import Jsonb

import builders
from console.conftest import HTML, SAME_ORIGIN, Client
from pricebook.db.database import Connection
from pricebook.imports.preview_schemas import PreviewResult

# Terms of the decoder of fields, which are for programs.
DECODER_WORDS = re.compile(
    r"regex|\b[Ii]nvalid (decimal|uuid|RFC)|expected `?(str|int|float|bool|array|object|null)\b"
)


TIME = re.compile(r'<time datetime="[^"]*" data-utc>([^<]*)</time>')


def plain_times(text: str) -> str:
    """Return a page without the marks by which a script finds its times."""
    return TIME.sub(r"\1", text)


async def refused_preview(conn: Connection, supplier_id: UUID, result: PreviewResult) -> str:
    """Insert a preview of a price list that could not be read; return its address."""
    preview_id = await builders.import_preview(conn, supplier_id, "refused")
    await conn.execute(
        "UPDATE import_previews SET found = NULL, result = %s WHERE id = %s",
        [Jsonb(msgspec.to_builtins(result)), preview_id],
    )
    return f"/console/imports/previews/{preview_id}"


async def show(client: Client, path: str) -> str:
    response = await client.get(path, headers=HTML)
    assert response.status_code == 200, response.text
    return response.text


async def show_text(client: Client, path: str) -> str:
    """Return a page with its characters in place of references to them, its times unmarked."""
    return plain_times(unescape(await show(client, path)))


async def follow(client: Client, response: Response) -> str:
    """Return the page to which a form leads."""
    assert response.status_code == 303, response.text
    return await show_text(client, response.headers["location"])


async def post_fragment(client: Client, path: str, **fields: object) -> Response:
    headers = {**SAME_ORIGIN, "HX-Request": "true"}
    return await client.post(path, data=fields, headers=headers)


def batch_of(response: Response) -> str:
    assert response.status_code == 200, response.text
    (batch_id,) = {*re.findall(r'name="batch_id" value="([^"]+)"', response.text)}
    return batch_id


def require_refusal(response: Response, field: str, issue: str) -> None:
    """Assert that a form comes back with one field marked, and with the reason beside it."""
    assert response.status_code == 400, response.text
    assert re.findall(r'id="(\w+)"[^>]*aria-invalid', response.text) == [field]
    note = re.search(rf'id="{field}-note">([^<]+)', unescape(response.text))
    assert note
    assert issue in note[1]
    assert not DECODER_WORDS.search(note[1]), note[1]
