"""The cells of a price list, as the formats deliver them."""

from typing import Self


class NumberCell(str):
    """A numeric cell: its value in digits, `.` and `-`.

    `displayed` is the value as the number format of the sheet displays it, for example `00042`.
    """

    __slots__ = ("displayed",)
    displayed: str

    def __new__(cls, digits: str, displayed: str | None = None) -> Self:
        """Create a cell from its value and its displayed text (default: the value)."""
        number = super().__new__(cls, digits)
        number.displayed = digits if displayed is None else displayed
        return number


class DateCell(str):
    """The text of a date or time cell: typed as one, or a number in the format of one."""

    __slots__ = ()


class UncalculatedFormula(str):
    """The text of a formula for which the workbook stores no value."""

    __slots__ = ()


# 1-based row number as a spreadsheet shows it, cells, and the parse error of a malformed record.
Record = tuple[int, list[str], str | None]
