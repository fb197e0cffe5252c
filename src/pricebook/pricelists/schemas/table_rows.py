"""A table whose columns have known titles, such as a file of own products, and its rows."""

from decimal import Decimal

import msgspec

from pricebook.pricelists.schemas.read_request import FileSource, ReadLimits


class TableRequest(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """One table to read from a local file.

    `titles` has the accepted titles of each column; `key_columns` are those of which the table must
    have one. Columns with a title of `ignored_titles` are not read. The cells of `number_column`
    are read as amounts in `currency`, an ISO 4217 code. `sheet_name` selects a sheet of a workbook.
    """

    source: FileSource
    titles: dict[str, tuple[str, ...]]
    key_columns: tuple[str, ...]
    ignored_titles: tuple[str, ...] = ()
    number_column: str | None = None
    currency: str
    sheet_name: str | None = None
    limits: ReadLimits = ReadLimits()


class TableRow(msgspec.Struct, frozen=True, gc=False):
    """The trimmed cells of a row, in the order of the columns of its table.

    `amount` is the value of the number column, None if the cell is empty; `amount_problem` says why
    that cannot be read, `problem` why the row cannot.
    """

    number: int
    cells: list[str]
    amount: Decimal | None = None
    amount_problem: str | None = None
    problem: str | None = None
