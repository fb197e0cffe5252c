"""Renders templates into responses: a whole page, or a fragment of one for htmx."""

import gzip
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Request, Response

from pricebook.auth.roles import PREFIX, allowed_roles
from pricebook.auth.schemas import Caller
from pricebook.console.assets import load_assets
from pricebook.console.page_texts import load_texts
from pricebook.console.template_filters import FILTERS
from pricebook.http.cached_response import GZIP_LEVEL, MIN_GZIP_BYTES, accepts_gzip
from pricebook.settings import Settings

MEDIA_TYPE = "text/html"
THEME_COOKIE = "pricebook_theme"
THEMES = ("light", "dark", "contrast")
# Nothing is evaluated or styled inline, and no page is stored outside the server.
HTMX_CONFIG = msgspec.json.encode(
    {
        "allowEval": False,
        "allowScriptTags": False,
        "includeIndicatorStyles": False,
        "historyCacheSize": 0,
        "refreshOnHistoryMiss": True,
        "selfRequestsOnly": True,
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "[45]..", "swap": True, "error": True},
        ],
    }
).decode()

AnyRequest = Request[Any, Any, Any]


def may(caller: Caller | None, method: str, path: str) -> bool:
    """Return whether a caller may call a route of the API, by its path below /api/v1/admin."""
    return caller is not None and caller.role in (allowed_roles(method, PREFIX + path) or ())


def _make_environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pricebook.console"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shared: dict[str, Any] = {
        "t": load_texts(),
        "asset": load_assets().address,
        "htmx_config": HTMX_CONFIG,
        "themes": THEMES,
    }
    environment.globals.update(shared)
    environment.filters.update(FILTERS)
    return environment


ENVIRONMENT = _make_environment()


def render(
    request: AnyRequest,
    template: str,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """Return a template as a response, compressed if the client accepts that."""
    caller: Caller | None = request.scope["user"]
    settings: Settings = request.app.state.settings
    context: dict[str, Any] = {
        "caller": caller,
        "can": partial(may, caller),
        "path": request.scope["path"],
        "theme": theme_of(request),
        "currency": settings.catalog_currency,
        "has_catalog": settings.catalog_pages,
        **values,
    }
    body = ENVIRONMENT.get_template(template).render(context).encode("utf-8", "replace")
    fields = {"Vary": "Accept-Encoding, Cookie, HX-Request", **(headers or {})}
    encoding = request.headers.get("accept-encoding", "")
    if len(body) >= MIN_GZIP_BYTES and accepts_gzip(encoding[:512].encode()):
        body = gzip.compress(body, GZIP_LEVEL, mtime=0)
        fields["Content-Encoding"] = "gzip"
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=fields)


def theme_of(request: AnyRequest) -> str:
    """Return the theme that the visitor chose, empty for that of the system."""
    theme = request.cookies.get(THEME_COOKIE, "")
    return theme if theme in THEMES else ""


def wants_fragment(request: AnyRequest) -> bool:
    """Return whether htmx requests a part of a page, not a page from the browser's history."""
    headers = request.headers
    return "hx-request" in headers and "hx-history-restore-request" not in headers
