"""The way of an answer that is kept already: past the framework."""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from pricebook.web.answers import Answer, Form
from pricebook.web.routing import AsgiApp

Target = tuple[str, bytes]
Find = Callable[[str], Answer | None]

KEPT = "kept"


class Kept(msgspec.Struct, frozen=True):
    """An answer that was sent from memory, in the form in which it was sent."""

    find: Find
    key: str
    tag: bytes
    form: Form

    def body(self) -> bytes | None:
        """Return what to send who asks the same again; None when it is kept no longer."""
        answer = self.find(self.key)
        return answer.body_in(self.form) if answer and answer.tag == self.tag else None


class Answers(Protocol):
    """Cached answers by their normalised keys, and the targets that are known to lead to these."""

    def find(self, key: str) -> Answer | None: ...  # noqa: D102
    def key_of(self, target: Target) -> str | None: ...  # noqa: D102


class Shortcut:
    """Sends the cached answer that a request's target leads to, or lets the application answer."""

    def __init__(self, app: AsgiApp, answers: Answers) -> None:
        self._app = app
        self._answers = answers

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["method"] == "GET":
            key = self._answers.key_of(target_of(scope))
            answer = self._answers.find(key) if key else None
            if key and answer is not None:
                scope["answer"] = KEPT
                await answer(scope, receive, send)
                scope["kept"] = Kept(self._answers.find, key, answer.tag, scope["form"])
                return
        await self._app(scope, receive, send)


def target_of(scope: Any) -> Target:
    """Return the path and the query string of a request, as they were sent."""
    return scope["path"].rstrip("/"), scope["query_string"]
