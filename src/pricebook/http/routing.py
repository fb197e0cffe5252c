"""Route templates and method names for logs, metrics and traces."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

FindRoute = Callable[[str], str]

# Unknown paths share one name: names are labels of metrics and must be bounded in number.
UNKNOWN_ROUTE = "unknown"
# A longer path matches no route; it is rejected before the framework, which caches any path.
MAX_PATH_LENGTH = 256
CACHED_PATHS = 4096
KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER_METHOD = "OTHER"


def method_label(method: str) -> str:
    """Return a known method, or OTHER for all unknown ones."""
    return method if method in KNOWN_METHODS else OTHER_METHOD


def make_route_finder(templates: Iterable[str]) -> FindRoute:
    """Return a function from a path to its route template; static templates match first."""
    ordered = sorted(set(templates), key=lambda template: ("{" in template, template))
    patterns = [(re.compile(re.sub(r"\{[^/]+\}", "[^/]+", each)), each) for each in ordered]

    @lru_cache(maxsize=CACHED_PATHS)
    def match(path: str) -> str:
        plain = path.rstrip("/") or "/"
        matching = (template for pattern, template in patterns if pattern.fullmatch(plain))
        return next(matching, UNKNOWN_ROUTE)

    def find_route(path: str) -> str:
        return match(path) if len(path) <= MAX_PATH_LENGTH else UNKNOWN_ROUTE

    return find_route
