"""What the routes of an application are called, for those who stand before it."""

import re
from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from typing import Any

AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]
RouteOf = Callable[[str], str]

# Whoever tries paths must not make up names of routes.
UNKNOWN = "unknown"
REMEMBERED_PATHS = 4096


def route_finder(templates: Iterable[str]) -> RouteOf:
    """Make the function that tells of a path which template it fits, plain ones first."""
    known = sorted(set(templates), key=lambda template: ("{" in template, template))
    patterns = [(re.compile(re.sub(r"\{[^/]+\}", "[^/]+", each)), each) for each in known]

    @lru_cache(maxsize=REMEMBERED_PATHS)
    def route_of(path: str) -> str:
        plain = path.rstrip("/") or "/"
        fitting = (template for pattern, template in patterns if pattern.fullmatch(plain))
        return next(fitting, UNKNOWN)

    return route_of
