"""CSV files that commands write."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from pricebook.errors import PricebookError


async def write_csv(file: Path, lines: AsyncGenerator[str]) -> None:
    """Write lines of CSV to a file; raises PricebookError if that is not possible.

    An error of the first line leaves no file.
    """
    async with aclosing(lines):
        header = await anext(lines)
        try:
            with file.open("w", encoding="utf-8", newline="") as csv_file:
                csv_file.write(header)
                async for each in lines:
                    csv_file.write(each)
        except OSError as error:
            raise PricebookError(f"{file} cannot be written: {error.strerror}.") from error
