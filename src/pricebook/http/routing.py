"""What the routes of an application are called, for those who stand before it."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

FindRoute = Callable[[str], str]

# Whoever tries paths must not make up names of routes.
UNKNOWN_ROUTE = "unknown"
# A longer path fits no route: it is refused before the framework, which caches paths of any length.
MAX_PATH_LENGTH = 256
CACHED_PATHS = 4096
KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER_METHOD = "OTHER"


def method_label(method: str) -> str:
    """Return a method that exists, or one word for all that do not."""
    return method if method in KNOWN_METHODS else OTHER_METHOD


def make_route_finder(templates: Iterable[str]) -> FindRoute:
    """Make the function that tells of a path which template it fits, plain ones first."""
    method_label = sorted(set(templates), key=lambda template: ("{" in template, template))
    patterns = [(re.compile(re.sub(r"\{[^/]+\}", "[^/]+", each)), each) for each in method_label]

    @lru_cache(maxsize=CACHED_PATHS)
    def match(path: str) -> str:
        plain = path.rstrip("/") or "/"
        matching = (template for pattern, template in patterns if pattern.fullmatch(plain))
        return next(matching, UNKNOWN_ROUTE)

    def find_route(path: str) -> str:
        return match(path) if len(path) <= MAX_PATH_LENGTH else UNKNOWN_ROUTE

    return find_route
