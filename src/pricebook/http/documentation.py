"""The API's documentation: the OpenAPI document and Swagger UI, served without the internet."""

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Components, Contact, License, SecurityScheme, Server, Tag
from litestar.params import FromPath

from pricebook import __version__
from pricebook.errors import NotFoundError
from pricebook.http.cached_response import CachedResponse, ResponseForm
from pricebook.http.openapi_document import build_document

DOCUMENT_PATH = "/docs/json"
# The Content-Security-Policy allows no inline scripts, so all scripts are files.
SWAGGER_HTML = b"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pricebook</title>
<link rel="icon" type="image/png" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<script src="/docs/assets/swagger-ui-bundle.js" defer></script>
<script src="/docs/assets/start.js" defer></script>
</head>
<body><div id="docs"></div></body>
</html>
"""
START_SCRIPT = b"""SwaggerUIBundle({
  url: "/docs/json",
  dom_id: "#docs",
  deepLinking: true,
  showExtensions: true,
  showCommonExtensions: true,
});
"""


class Asset(CachedResponse):
    """A file of Swagger UI; it changes only with the version of the package."""

    cache_control = b"public, max-age=86400"


class Script(Asset):
    """A script."""

    media_type = b"text/javascript; charset=utf-8"


class Style(Asset):
    """A style sheet."""

    media_type = b"text/css; charset=utf-8"


class Icon(Asset):
    """An icon."""

    media_type = b"image/png"


ASSETS: dict[str, type[Asset]] = {
    "start.js": Script,
    "swagger-ui-bundle.js": Script,
    "swagger-ui.css": Style,
    "favicon-32x32.png": Icon,
}


@cache
def _load_asset(name: str) -> Asset:
    """Return a file of the package swagger_ui, compressed."""
    content = (
        START_SCRIPT
        if name == "start.js"
        else files("swagger_ui").joinpath("static", name).read_bytes()
    )
    loaded = ASSETS[name](content)
    loaded.body_for(ResponseForm(compressed=True, is_not_modified=False))
    return loaded


@get("/docs/assets/{name:str}", include_in_schema=False, sync_to_thread=False)
def asset(name: FromPath[str]) -> CachedResponse:
    """Return a file of Swagger UI, or the script that starts it."""
    if name not in ASSETS:
        raise NotFoundError(f"No resource is at /docs/assets/{name}.")
    return _load_asset(name)


@get("/openapi.json", include_in_schema=False, status_code=308, sync_to_thread=False)
def usual_address() -> Response[str]:
    """Lead from the address where programs look first to the OpenAPI document."""
    return Response(
        f"The OpenAPI document is at {DOCUMENT_PATH}, its page at /docs.\n",
        media_type=MediaType.TEXT,
        status_code=308,
        headers={"Location": DOCUMENT_PATH},
    )


class SwaggerPage(OpenAPIRenderPlugin):
    """The page of Swagger UI, which reads the document by itself."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002
        """Return the page."""
        return SWAGGER_HTML


class DocumentPlugin(OpenAPIRenderPlugin):
    """The OpenAPI document, which is the same for all requests: it is built and encoded once."""

    _encoded: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002
        """Return the document as JSON."""
        if self._encoded is None:
            self._encoded = msgspec.json.encode(build_document(request.app))
        return self._encoded


def _operation_id(handler: HTTPRouteHandler, *_: object) -> str:
    """Return the name of the function that handles a route."""
    return handler.handler_name


router = Router("/", route_handlers=[asset, usual_address])

openapi = OpenAPIConfig(
    title="Pricebook",
    version=__version__,
    description="Imports the price lists of many suppliers into one catalog. Prices are decimal"
    " strings in the currency of the catalog (CATALOG_CURRENCY). Times are ISO 8601 in UTC.",
    contact=Contact(name="The Pricebook maintainers"),
    license=License(name="Apache-2.0", identifier="Apache-2.0"),
    servers=[Server(url="/")],
    path="/docs",
    operation_id_creator=_operation_id,
    tags=[
        Tag(name="Catalog", description="Public: active products and their categories."),
        Tag(name="Accounts", description="Public: log in."),
        Tag(name="Products", description="Staff: products, supplier prices, margins, categories."),
        Tag(name="Product changes", description="Staff: many products at once, with undo."),
        Tag(name="Pricing rules", description="Staff: how target prices follow from costs."),
        Tag(name="Suppliers", description="Staff: suppliers, their items and price history."),
        Tag(name="Prices", description="Staff: price changes, prices at a time and by day."),
        Tag(name="Exchange rates", description="Staff: rates by which other currencies count."),
        Tag(name="Tasks", description="Admin: imports of price lists and their results."),
        Tag(name="Matching", description="Procurement: products that unmatched items may be."),
        Tag(name="Quarantine", description="Procurement: rows whose price is out of line."),
        Tag(name="Audit", description="Staff: who changed what."),
        Tag(name="Notices", description="Admin: who receives notices of price lists by e-mail."),
        Tag(name="API keys", description="Admin: the keys of programs that use the API."),
        Tag(name="Events", description="Programs: what happened, in order."),
        Tag(name="Webhooks", description="Admin: events sent to the addresses of programs."),
        Tag(name="System", description="Admin: the state of servers, workers and the queue."),
        Tag(name="Service", description="Operators: health and metrics."),
    ],
    components=Components(
        security_schemes={
            "Bearer": SecurityScheme(
                type="http",
                scheme="bearer",
                bearer_format="JWT or API key",
                description="The token that POST /api/v1/auth/login returns, or an API key"
                " (`pbk_…`) that POST /api/v1/admin/api-keys returned.",
            )
        }
    ),
    use_handler_docstrings=False,
    render_plugins=[
        SwaggerPage(path="/", media_type=MediaType.HTML),
        # Without /openapi.json here, the framework serves its own document there, which lacks what
        # `documented` adds: query parameters, bodies, responses.
        DocumentPlugin(path=["/json", "/openapi.json"], media_type=MediaType.JSON),
    ],
)
