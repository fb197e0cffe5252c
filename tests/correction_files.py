"""The file of the rejected rows of a price list, and how a person edits it."""

import csv
from collections.abc import Callable
from io import StringIO
from uuid import UUID

from pricebook.db.database import Database
from pricebook.tasks import history

LIST = """Prices of spring;;;
Art.-Nr.;Bezeichnung;Preis;Farbe
A-1;Axt;1.249,50;rot
A-2;Beil;auf Lager;=blau
A-3;Säge;;
;Hammer;3,50;schwarz
A-5;Zange;7,00;
"""
EDIT = Callable[[list[dict[str, str]]], None]


async def rejected_rows(database: Database, task_id: UUID) -> str:
    return "".join([text async for text in history.export_row_errors(database, task_id)])


def edited(text: str, edit: EDIT, delimiter: str = ",") -> str:
    """Return the file after a person has edited its rows, saved with a delimiter."""
    reader = csv.DictReader(StringIO(text, newline=""))
    lines = list(reader)
    edit(lines)
    output = StringIO()
    writer = csv.DictWriter(output, reader.fieldnames or [], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(lines)
    return output.getvalue()


def mend(lines: list[dict[str, str]]) -> None:
    for line, changes in zip(lines, ({"Preis": "9,90"}, {}, {"Art.-Nr.": "A-4"}), strict=True):
        line.update(changes)
