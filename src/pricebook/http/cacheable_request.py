"""Answers that are given again to who sends the very same bytes, without reading these anew.

The server puts `remember` into a request's scope. Whoever has to see each single request takes it
out: a limit, a trace. The request log hands it the answers of the others that came from memory. So
the server knows bytes and how an answer is written, and nothing of what either says.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from pricebook.http.cached_response import Headers
from pricebook.http.middleware.cached_responses import CachedResponseRef

REGISTER = "remember"

# Names, counts and tells of a request, given who asks and when it began (time.perf_counter).
LogRequest = Callable[[Any, float], str]


class CacheableRequest(msgspec.Struct, frozen=True):
    """The answer to a request, for everybody who asks the same while it is kept."""

    status: int
    headers: Headers
    cached: CachedResponseRef
    log: LogRequest


def register_cacheable(scope: Any, cacheable: CacheableRequest) -> None:
    """Offer the answer to a request for who sends its bytes again."""
    if REGISTER in scope:
        scope[REGISTER](scope, cacheable)


def bypass_cache(scope: Any) -> None:
    """Let the bytes of this request be read each time."""
    scope.pop(REGISTER, None)
