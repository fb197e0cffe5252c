"""OPTIONS: the methods of a path.

Litestar's own response lists only the methods of the route that was registered first for a path.
"""

from typing import Any

from litestar import Request, Response
from litestar.routes import HTTPRoute

from pricebook.http.middleware.head_requests import allow_header_value


async def respond_to_options(request: Request[Any, Any, Any]) -> Response[None] | None:
    """Return the response to OPTIONS with all methods of the path, None for other requests."""
    if request.method != "OPTIONS":
        return None
    path = request.scope["path_template"]
    methods = {
        method
        for route in request.app.routes
        if isinstance(route, HTTPRoute) and route.path_format == path
        for method in route.methods
    }
    return Response(None, status_code=204, headers={"Allow": allow_header_value(methods)})
