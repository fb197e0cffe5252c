"""Pages of lists, and what their forms return to htmx."""

import re
from html import unescape

from httpx import Response

from console.conftest import HTML, SAME_ORIGIN, Client


async def show(client: Client, path: str) -> str:
    response = await client.get(path, headers=HTML)
    assert response.status_code == 200, response.text
    return response.text


async def show_text(client: Client, path: str) -> str:
    """Return a page with its characters in place of references to them."""
    return unescape(await show(client, path))


async def follow(client: Client, response: Response) -> str:
    """Return the page to which a form leads."""
    assert response.status_code == 303, response.text
    return await show_text(client, response.headers["location"])


async def post_fragment(client: Client, path: str, **fields: object) -> Response:
    headers = {**SAME_ORIGIN, "HX-Request": "true"}
    return await client.post(path, data=fields, headers=headers)


def batch_of(response: Response) -> str:
    assert response.status_code == 200, response.text
    (batch_id,) = re.findall(r'name="batch_id" value="([^"]+)"', response.text)
    return batch_id
