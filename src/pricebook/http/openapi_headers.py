"""The header fields of responses, as the OpenAPI document describes them."""

from typing import Any, Literal

HeaderField = Literal[
    "Cache-Control",
    "Content-Disposition",
    "ETag",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-ID",
]

RATE_LIMIT_FIELDS: tuple[HeaderField, ...] = ("RateLimit", "RateLimit-Policy")
CACHE_FIELDS: tuple[HeaderField, ...] = ("ETag",)
# Every response has these.
COMMON_FIELDS: tuple[HeaderField, ...] = ("X-Request-ID", "Cache-Control")
ERROR_FIELDS: dict[int, tuple[HeaderField, ...]] = {
    401: ("WWW-Authenticate",),
    429: ("Retry-After", *RATE_LIMIT_FIELDS),
    503: ("Retry-After",),
}

_TEXTS: dict[HeaderField, tuple[str, str]] = {
    "Cache-Control": (
        "`no-store`, but for the catalog, whose responses may be kept and revalidated (RFC 9111).",
        "no-store",
    ),
    "Content-Disposition": ("The name of the file.", 'attachment; filename="products.csv"'),
    "ETag": ("The version of the response, for If-None-Match (RFC 9110).", '"5d41402abc4b2a76"'),
    "Link": (
        "The next page as `rel=next` (RFC 8288); absent on the last page.",
        '</api/v1/catalog?sort=name&limit=50&cursor=eyJrIjoi>; rel="next"',
    ),
    "Location": (
        "The path of the resource.",
        "/api/v1/admin/tasks/e4b0a6d1-52a7-4a43-b1cf-0c5fbd6a8e90",
    ),
    "RateLimit": (
        "Requests left (`r`) and seconds until the limit is reset (`t`); absent without a limit.",
        '"sync";r=9;t=60',
    ),
    "RateLimit-Policy": (
        "Requests allowed (`q`) in a window of seconds (`w`); absent without a limit.",
        '"sync";q=10;w=60',
    ),
    "WWW-Authenticate": ("The scheme to authenticate with.", "Bearer"),
    "X-Request-ID": (
        "The id of the request in the log; the request's own X-Request-ID when it sent one.",
        "8f14e45f-ceea-467f-9575-0a5b7c2d1e90",
    ),
}


def header_components() -> dict[str, Any]:
    """Return the described header fields by name."""
    components: dict[str, Any] = {
        name: {"description": text, "schema": {"type": "string"}, "example": example}
        for name, (text, example) in _TEXTS.items()
    }
    components["Retry-After"] = {
        "description": "When to send the request again, in seconds.",
        "schema": {"type": "integer", "minimum": 0},
        "example": 1,
    }
    return components


def header_references(*names: HeaderField) -> dict[str, Any]:
    """Return the header fields of a response by reference, those of every response included."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*COMMON_FIELDS, *names)}
