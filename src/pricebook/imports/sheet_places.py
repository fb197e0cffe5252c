"""The sheets of a staged price list, and SQL that names the sheet and the row in it.

The number of a row of several sheets is its number in its sheet plus the rows of the sheets before.
The temporary table `staged_sheet` is empty for a price list of one sheet.
"""

from itertools import accumulate
from typing import LiteralString

from pricebook.db.database import Connection
from pricebook.pricelists.schemas.profile import DetectedProfile

# The message of a staged row, with its sheet and row in front unless it has them.
PLACED_MESSAGE: LiteralString = """
    coalesce((
        SELECT 'Sheet "' || name || '", row ' || (row_number - rows_before) || ': ' || error_message
        FROM staged_sheet
        WHERE rows_before < row_number AND NOT starts_with(error_message, 'Sheet "')
        ORDER BY rows_before DESC LIMIT 1
    ), error_message)
"""


_PLACE: LiteralString = """
    coalesce((
        SELECT ({row} - rows_before) || ' of the sheet "' || name || '"'
        FROM staged_sheet WHERE rows_before < {row}
        ORDER BY rows_before DESC LIMIT 1
    ), {row}::text)
"""


async def create_staged_sheets(conn: Connection) -> None:
    """Create the table of the sheets of a price list and the number of rows before each."""
    await conn.execute(
        "CREATE TEMPORARY TABLE staged_sheet (name text, rows_before integer) ON COMMIT DROP"
    )


async def stage_sheets(conn: Connection, profile: DetectedProfile | None) -> None:
    """Insert the sheets of a price list, if there are several."""
    if profile and profile.sheets:
        await conn.execute(
            "INSERT INTO staged_sheet SELECT * FROM unnest(%s::text[], %s::integer[])",
            [list(profile.sheets), list(accumulate(profile.sheet_rows, initial=0))[:-1]],
        )


def place_of(row: LiteralString) -> LiteralString:
    """Return SQL for the place of a row: `12`, or `5 of the sheet "Cables"`."""
    return _PLACE.format(row=row)
