"""The types of ASGI that middleware and the server share."""

from collections.abc import Awaitable, Callable
from typing import Any

AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]
# Header fields as ASGI represents them: lower-case names, in the order in which they are sent.
Headers = list[tuple[bytes, bytes]]
