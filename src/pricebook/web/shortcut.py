"""The way of an answer that is kept already: past the framework."""

from collections.abc import Callable
from typing import Any

import msgspec

from pricebook.web.answers import Answer, Form
from pricebook.web.routing import AsgiApp

Key = tuple[str, bytes]
Find = Callable[[Key], Answer | None]

KEPT = "kept"


class Kept(msgspec.Struct, frozen=True):
    """An answer that was sent from memory, in the form in which it was sent."""

    find: Find
    key: Key
    tag: bytes
    form: Form

    def body(self) -> bytes | None:
        """Return what to send who asks the same again; None when it is kept no longer."""
        answer = self.find(self.key)
        return answer.body_in(self.form) if answer and answer.tag == self.tag else None


class Shortcut:
    """Sends what is found under a request's key, or lets the application answer."""

    def __init__(self, app: AsgiApp, find: Find) -> None:
        self._app = app
        self._find = find

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["method"] == "GET":
            key = key_of(scope)
            answer = self._find(key)
            if answer is not None:
                scope["answer"] = KEPT
                await answer(scope, receive, send)
                scope["kept"] = Kept(self._find, key, answer.tag, scope["form"])
                return
        await self._app(scope, receive, send)


def key_of(scope: Any) -> Key:
    """Return what requests for the same answer have in common."""
    return scope["path"].rstrip("/"), scope["query_string"]
