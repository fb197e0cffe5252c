"""The static files of the pages, served under the hash of their content."""

import hashlib
from functools import cache
from importlib.resources import files
from typing import ClassVar

from litestar import get
from litestar.params import FromPath
from msgspec import Struct

from pricebook.errors import NotFoundError
from pricebook.http.cached_response import CachedResponse, ResponseForm

PREFIX = "/console/assets"
DIGEST_DIGITS = 16
HTMX = "htmx.min.js"
TYPES = {
    "css": b"text/css; charset=utf-8",
    "js": b"text/javascript; charset=utf-8",
    "svg": b"image/svg+xml",
}


class StaticFile(CachedResponse):
    """A file under an address that changes with its content."""

    cache_control: ClassVar[bytes] = b"public, max-age=31536000, immutable"


class Style(StaticFile):
    """A style sheet."""

    media_type = TYPES["css"]


class Script(StaticFile):
    """A script."""

    media_type = TYPES["js"]


class Image(StaticFile):
    """An image."""

    media_type = TYPES["svg"]


KINDS: dict[str, type[StaticFile]] = {"css": Style, "js": Script, "svg": Image}


class Assets(Struct, frozen=True):
    """The files by name, and the hash of all of them, which is a part of their addresses."""

    digest: str
    responses: dict[str, StaticFile]

    def address(self, name: str) -> str:
        """Return the path of a file."""
        return f"{PREFIX}/{self.digest}/{name}"


@cache
def load_assets() -> Assets:
    """Read all files and compress them."""
    static = files("pricebook.console") / "static"
    names = [HTMX, *sorted(path.name for path in static.iterdir())]
    contents = {name: _read(name) for name in names}
    digest = hashlib.sha256(b"\0".join(contents.values())).hexdigest()[:DIGEST_DIGITS]
    responses = {name: KINDS[name.rpartition(".")[2]](text) for name, text in contents.items()}
    for each in responses.values():
        each.body_for(ResponseForm(compressed=True, is_not_modified=False))
    return Assets(digest, responses)


def _read(name: str) -> bytes:
    """Return the content of a file; htmx comes in a package of its own."""
    folder = (
        files("js_lib_htmx") / "static/htmx"
        if name == HTMX
        else files("pricebook.console") / "static"
    )
    return folder.joinpath(name).read_bytes()


@get(f"{PREFIX}/{{digest:str}}/{{name:str}}", include_in_schema=False, sync_to_thread=False)
def asset(digest: FromPath[str], name: FromPath[str]) -> CachedResponse:
    """Return a file; one under another hash belongs to another release and is not found."""
    assets = load_assets()
    if digest != assets.digest or name not in assets.responses:
        raise NotFoundError(f"No file is at {PREFIX}/{digest}/{name}.")
    return assets.responses[name]
