"""The API's documentation: the OpenAPI document and Swagger UI, served without the internet."""

from importlib.resources import files

from litestar import MediaType, Router, get
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, SwaggerRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag
from litestar.params import FromPath
from litestar.response import Response

from pricebook import __version__
from pricebook.errors import NotFoundError

ASSETS = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui-standalone-preset.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "favicon-32x32.png": "image/png",
}


@get("/docs/assets/{name:str}", include_in_schema=False, sync_to_thread=True)
def asset(name: FromPath[str]) -> Response[bytes]:
    """Serve a file of Swagger UI from the package that brings it."""
    media_type = ASSETS.get(name)
    if media_type is None:
        raise NotFoundError(f"There is nothing at /docs/assets/{name}.")
    content = files("swagger_ui").joinpath("static", name).read_bytes()
    return Response(
        content, media_type=media_type, headers={"Cache-Control": "public, max-age=86400"}
    )


router = Router("/", route_handlers=[asset])

openapi = OpenAPIConfig(
    title="Pricebook",
    version=__version__,
    description="The price lists of many suppliers as one catalog.",
    path="/docs",
    tags=[
        Tag(name="Catalog", description="For everybody, without an account"),
        Tag(name="Accounts", description="A token for those who work here"),
        Tag(name="Products", description="For staff: prices of every supplier, margins, links"),
        Tag(name="Suppliers", description="For staff: suppliers, their items and prices"),
        Tag(name="Tasks", description="For admins: lists to be taken in, and what became of them"),
        Tag(name="Service", description="For those who run it"),
    ],
    components=Components(
        security_schemes={
            "Bearer": SecurityScheme(
                type="http",
                scheme="bearer",
                bearer_format="JWT",
                description="The token that POST /api/v1/auth/login answers.",
            )
        }
    ),
    use_handler_docstrings=False,
    render_plugins=[
        SwaggerRenderPlugin(
            path="/",
            js_url="/docs/assets/swagger-ui-bundle.js",
            css_url="/docs/assets/swagger-ui.css",
            standalone_preset_js_url="/docs/assets/swagger-ui-standalone-preset.js",
            favicon="<link rel='icon' type='image/png' href='/docs/assets/favicon-32x32.png'>",
        ),
        JsonRenderPlugin(path="/json", media_type=MediaType.JSON),
    ],
)
