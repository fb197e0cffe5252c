"""Who changes data: the actor that the audit log names for each change of a transaction.

Programs and requests set it in their context; transactions of `Database` pass it to PostgreSQL,
where the columns of `audit_log` have it as their default.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

ActorType = Literal["user", "api_key", "system", "command"]

# The transaction-local setting that audit_actor() reads (db/sql/audit_log.sql).
ACTOR_SETTING = "pricebook.actor"


class Actor(Struct, frozen=True, omit_defaults=True):
    """Who changes data, in which request, for which task and in which batch.

    `name` is a user name, the name of an API key, that of a program, or of a user of the operating
    system who runs a command; `id` that of a user or an API key.
    """

    type: ActorType
    name: str
    id: UUID | None = None
    request_id: str | None = None
    task_id: UUID | None = None
    batch_id: UUID | None = None


WORKER = Actor("system", "worker")


def requester_as_actor(
    name: str | None, api_key: str | None, requester_id: UUID | None, request_id: str | None
) -> Actor:
    """Return who requested what a worker does, as the author of what it changes.

    `api_key` is the name of the API key of that id, None if the id is that of a user.
    """
    if requester_id is None:
        return Actor("system", name or WORKER.name, request_id=request_id)
    if api_key is not None:
        return Actor("api_key", api_key, requester_id, request_id)
    return Actor("user", name or str(requester_id), requester_id, request_id)


_current: ContextVar[Actor | None] = ContextVar("actor", default=None)


def set_actor(actor: Actor) -> None:
    """Set the actor for the rest of this context: a program, or a request inside `acting_as`."""
    _current.set(actor)


@contextmanager
def acting_as(actor: Actor) -> Generator[None]:
    """Set the actor of the transactions that begin in a block."""
    token = _current.set(actor)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def acting_for(*, task_id: UUID | None = None, batch_id: UUID | None = None) -> Generator[None]:
    """Add a task or a batch to the actor in a block; does nothing without an actor."""
    actor = _with_ids(_current.get(), task_id, batch_id)
    if actor is None:
        yield
        return
    with acting_as(actor):
        yield


async def set_transaction_actor(
    conn: AsyncConnection[Any], *, task_id: UUID | None = None, batch_id: UUID | None = None
) -> None:
    """Name the actor of this context as the author of what follows in a transaction.

    A task or a batch that the transaction has inserted is added to it. Does nothing without an
    actor.
    """
    actor = _with_ids(_current.get(), task_id, batch_id)
    if actor is not None:
        value = msgspec.json.encode(actor).decode()
        await conn.execute("SELECT set_config(%s, %s, true)", [ACTOR_SETTING, value])


def _with_ids(actor: Actor | None, task_id: UUID | None, batch_id: UUID | None) -> Actor | None:
    if actor is None or not (task_id or batch_id):
        return actor
    return msgspec.structs.replace(
        actor, task_id=task_id or actor.task_id, batch_id=batch_id or actor.batch_id
    )
