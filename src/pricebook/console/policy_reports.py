"""What browsers report as violations of the pages' Content-Security-Policy."""

from typing import Any

from litestar import Request, Response, post

from pricebook.system.recurring_warning import RecurringWarning

PATH = "/console/csp-reports"
MAX_BYTES = 16 * 1024
SHOWN_BYTES = 1000

_warning = RecurringWarning("a page violated its Content-Security-Policy", "no more violations")


@post(PATH, status_code=204, request_max_body_size=MAX_BYTES)
async def receive_report(request: Request[Any, Any, Any]) -> Response[None]:
    """Log a report, one a minute; requests to this route are counted as all are."""
    report = (await request.body())[:SHOWN_BYTES].decode("utf-8", "replace")
    _warning.occurred(report=report, agent=request.headers.get("user-agent", "")[:SHOWN_BYTES])
    return Response(None, status_code=204)
