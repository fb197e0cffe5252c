"""Where a page leads back: to the view from which it was opened, with the filters of that view."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlsplit

FIELD = "back"
MAX_ADDRESS = 2000
# A page of the console on this server, in characters that an address has.
PAGE = re.compile(r"/console(/[\w-]+)+(\?[!-~]*)?", re.ASCII)


def leading_back(address: str, view: str, default: str = "") -> str:
    """Return the address of a page that leads back to a view, unless it does so by default."""
    if view in {"", default} or len(view) > MAX_ADDRESS:
        return address
    return f"{address}{'&' if '?' in address else '?'}{FIELD}={quote(view, safe='/')}"


def back_address(fields: Mapping[str, str], default: str) -> str:
    """Return the view to which an address or a form leads back, by default another one."""
    given = fields.get(FIELD, "")
    is_page = len(given) <= MAX_ADDRESS and PAGE.fullmatch(given)
    return given if is_page else default


def fields_of_back(fields: Mapping[str, str], path: str) -> dict[str, str] | None:
    """Return the fields of the view to which a form leads back; None if it has another path."""
    parts = urlsplit(back_address(fields, ""))
    return dict(parse_qsl(parts.query)) if parts.path == path else None
