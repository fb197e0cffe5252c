from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import count, starmap
from typing import Any, LiteralString

from psycopg import DataError
from psycopg.abc import PQGen
from psycopg.adapt import Transformer
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from pricebook.db.driver.loaders import load_as_text
from pricebook.db.pooled_connection import (
    MAX_PREPARED_CHARACTERS,
    PooledConnection,
    QueryRunner,
)
from pricebook.db.row_types import require_fields, row_struct

# At this number of prepared statements the connection drops the oldest one for each new one.
MAX_PREPARED_STATEMENTS = 200
SUCCESS_STATUSES = {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}


class PreparedQueryRunner(QueryRunner):
    """Runs the public queries without cursors, as prepared statements.

    A cursor looks up the types of values and columns again for each statement that differs from
    the one before, which is a quarter of the CPU time of a catalog page. Values are sent as text.
    Only statements of its own are dropped: psycopg does not notice each DEALLOCATE ALL, and would
    execute statements of its cursors that no longer exist.
    """

    def __init__(self, connection: PooledConnection) -> None:
        super().__init__(connection)
        self._statement_names: dict[str, bytes] = {}
        self._name_numbers = count()
        self._checked: dict[str, type[Any]] = {}
        cursor = connection.cursor()
        load_as_text(cursor)
        self._transformer = Transformer(cursor)
        self._encoding = connection.info.encoding

    async def fetch(
        self,
        struct_type: type[row_struct],
        statement: LiteralString,
        values: Sequence[object] = (),
        *,
        keep_plan: bool = True,
    ) -> list[row_struct]:
        """Return the rows of a statement as structs, as the base class does."""
        texts = [str(value).encode(self._encoding) for value in values]
        if any(b"\0" in text for text in texts):  # libpq would send the part before it
            raise DataError("A text has a NUL character.")
        if keep_plan and len(statement) <= MAX_PREPARED_CHARACTERS:
            result = await self._execute_prepared(statement, texts)
        else:
            send = self.connection.pgconn.send_query_params
            result = await self._execute(send, self._encode(statement), texts)
        self._check_columns(struct_type, statement, result)
        self._transformer.set_pgresult(result)
        return list(starmap(struct_type, self._transformer.load_rows(0, result.ntuples, tuple)))

    def _check_columns(self, struct_type: type[Any], statement: str, result: PGresult) -> None:
        """Raise TypeError when the columns of a statement are not the fields, checked once."""
        if self._checked.get(statement) is struct_type:
            return
        names = (result.fname(number) or b"" for number in range(result.nfields))
        require_fields(struct_type, tuple(name.decode(self._encoding) for name in names))
        if len(self._checked) >= MAX_PREPARED_STATEMENTS:
            self._checked.clear()
        if len(statement) <= MAX_PREPARED_CHARACTERS:
            self._checked[statement] = struct_type

    async def _execute_prepared(self, statement: str, texts: list[bytes]) -> PGresult:
        send = self.connection.pgconn.send_query_prepared
        name = self._statement_names.get(statement) or await self._prepare(statement)
        try:
            return await self._execute(send, name, texts)
        except InvalidSqlStatementName:  # psycopg drops all of a connection after a rollback
            self._statement_names.clear()
        return await self._execute(send, await self._prepare(statement), texts)

    async def _prepare(self, statement: str) -> bytes:
        while len(self._statement_names) >= MAX_PREPARED_STATEMENTS:
            oldest = self._statement_names.pop(next(iter(self._statement_names)))
            with suppress(InvalidSqlStatementName):
                await self._execute(self.connection.pgconn.send_query, b"DEALLOCATE " + oldest)
        name = b"read_%d" % next(self._name_numbers)
        await self._execute(self.connection.pgconn.send_prepare, name, self._encode(statement))
        self._statement_names[statement] = name
        return name

    def _encode(self, statement: str) -> bytes:
        is_short = len(statement) <= MAX_PREPARED_CHARACTERS
        number = _cached_numbering if is_short else _number_placeholders
        return number(statement).encode(self._encoding)

    async def _execute(self, send: Callable[..., None], *arguments: object) -> PGresult:
        pgconn = self.connection.pgconn
        result, *_ = await self.connection.wait(_send_and_receive(pgconn, send, *arguments))
        if result.status not in SUCCESS_STATUSES:
            raise error_from_result(result, self._encoding)
        return result


def _send_and_receive(
    pgconn: PGconn, send: Callable[..., None], *arguments: object
) -> PQGen[list[PGresult]]:
    send(*arguments)
    return (yield from execute(pgconn))


def _number_placeholders(statement: str) -> str:
    """Replace each `%s` by `$1`, `$2` …, which PostgreSQL reads."""
    first, *rest = statement.split("%s")
    return first + "".join(f"${number}{text}" for number, text in enumerate(rest, 1))


_cached_numbering = lru_cache(maxsize=1024)(_number_placeholders)
