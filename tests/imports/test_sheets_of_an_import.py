"""Rows of several sheets: messages of the import name the sheet and the row in it."""

from pathlib import Path

from import_fixtures import rows
from pricebook.db.database import Connection, Database
from pricebook.imports import importer
from pricebook.imports.importer_schemas import ImportRequest
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_request import FileSource
from pricelists.workbooks import workbook_of

HEADER = ["Code", "Name", "Price"]


async def test_rows_of_one_code_on_two_sheets_name_both_places(
    database: Database, parser_pool: ParserPool, conn: Connection, tmp_path: Path
) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(
        workbook_of(
            Lamps=[
                HEADER,
                ["A1", "Lamp", 5],
                ["A2", "Tube", 6],
                ["A3", "Bulb", 7],
                ["A4", "Rod", 1],
            ],
            Cables=[HEADER, ["C1", "Cord", 1], ["A2", "Tube", 9], ["A3", "Bulb", 7], ["C2", "", 1]],
        )
    )
    request = ImportRequest(
        source=FileSource(str(path)), supplier_name="ACME", currency="USD", safety_thresholds=None
    )
    result = await importer.run_import(database, parser_pool, request, lambda _: None)
    assert (result.counts.new, result.counts.duplicate, result.counts.rejected) == (4, 1, 3)
    contradiction = (
        'The code A2 occurs in rows 3 of the sheet "Lamps" to 3 of the sheet "Cables" with prices '
        "from 6 to 9: none of them is imported."
    )
    expected = [
        (3, f'Sheet "Lamps", row 3: {contradiction}'),
        (8, f'Sheet "Cables", row 3: {contradiction}'),
        (
            9,
            (
                'Sheet "Cables", row 4: The code A3 already occurs in row 4 of the sheet "Lamps", '
                "which is imported."
            ),
        ),
        (10, 'Sheet "Cables", row 5: The name is missing.'),
    ]
    assert [(error.row_number, error.error_message) for error in result.row_errors] == expected
    stored = await rows(conn, "SELECT row_number, error_message FROM parsing_logs ORDER BY 1")
    assert [tuple(row) for row in stored] == expected
