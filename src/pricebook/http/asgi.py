"""The types of ASGI that middleware and the server share."""

from collections.abc import Awaitable, Callable
from typing import Any

from pricebook.errors import PricebookError

AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]
# Returns the application that responds with an error, for middleware that calls no other.
ErrorResponder = Callable[[Any, PricebookError], AsgiApp]
# Header fields as ASGI represents them: lower-case names, in the order in which they are sent.
Headers = list[tuple[bytes, bytes]]
