"""What may be sent to a path: the answer to OPTIONS.

Litestar makes such an answer when a path's first route is registered and leaves out the later ones.
"""

from typing import Any

from litestar import Request, Response
from litestar.routes import HTTPRoute

from pricebook.http.middleware.head_requests import allow_header_value


async def respond_to_options(request: Request[Any, Any, Any]) -> Response[None] | None:
    """Answer OPTIONS with every method of the path; leave all other requests to their routes."""
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
