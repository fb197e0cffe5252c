"""Builds workbooks for tests: with other libraries, or from raw XML."""

from collections.abc import Callable, Collection, Mapping, Sequence
from importlib import import_module
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter

Rows = Sequence[Sequence[Any]]
xlwt: Any = import_module("xlwt")

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"

HEADER = ["sku", "name", "price"]


def xlsx(fill: Callable[[Any], None], **options: Any) -> bytes:
    """Write an xlsx workbook with xlsxwriter."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, options) as book:
        fill(book)
    return file.getvalue()


def xlsx_of(rows: Rows, *, formats: Mapping[int, str] | None = None, **options: Any) -> bytes:
    """Write rows into the only sheet of an xlsx workbook; formats are those of columns."""

    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Prices")
        styles = {c: book.add_format({"num_format": f}) for c, f in (formats or {}).items()}
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value, styles.get(column))

    return xlsx(fill, **options)


def workbook_of(**sheets: Rows) -> bytes:
    """Write an xlsx workbook with these sheets."""

    def fill(book: Any) -> None:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)

    return xlsx(fill)


def xls_workbook_of(**sheets: Rows) -> bytes:
    """Write an xls workbook with these sheets."""
    book = xlwt.Workbook(encoding="utf-8")
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(number, column, value)
    return _save_to_bytes(book)


def ods_workbook_of(**sheets: Rows) -> bytes:
    """Write an ods workbook with these sheets."""
    return ods_of(*sheets.values(), names=list(sheets))


def xls_of(rows: Rows, *, formats: Mapping[int, str] | None = None) -> bytes:
    """Write rows into the only sheet of an xls workbook with xlwt."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Prices")
    styles = {c: xlwt.easyxf(num_format_str=f) for c, f in (formats or {}).items()}
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(number, column, value, styles.get(column, xlwt.Style.default_style))
    return _save_to_bytes(book)


def merged_xls() -> bytes:
    """Write an xls workbook of two articles whose price cells are merged."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Prices")
    for number, row in enumerate([HEADER, ["1", "x"], ["2", "y"]]):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    sheet.write_merge(1, 2, 2, 2, 5)
    return _save_to_bytes(book)


def xls_with_error(error: str) -> bytes:
    """Write an xls workbook of an article whose price cell is an error value."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Prices")
    for number, row in enumerate([HEADER, ["1", "x"]]):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    sheet.row(1).set_cell_error(2, error)
    return _save_to_bytes(book)


def xls_with_hidden_row(rows: Rows, index: int, outline_level: int = 0) -> bytes:
    """Write an xls workbook that hides a row, by its index from 0."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Prices")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    sheet.row(index).hidden = True
    sheet.row(index).level = outline_level
    return _save_to_bytes(book)


def xlsx_with_rows(rows: Rows, attributes: Mapping[int, Mapping[str, Any]]) -> bytes:
    """Write an xlsx workbook with attributes of rows, such as `hidden`, by their index from 0."""

    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Prices")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        for number, each in attributes.items():
            sheet.set_row(number, None, None, each)

    return xlsx(fill)


def xlsx_with_columns(rows: Rows, attributes: Mapping[int, Mapping[str, Any]]) -> bytes:
    """Write an xlsx workbook with attributes of columns by their index; `width` is one of them."""

    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Prices")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        for index, each in attributes.items():
            options = {name: value for name, value in each.items() if name != "width"}
            sheet.set_column(index, index, each.get("width"), None, options)

    return xlsx(fill)


def xls_with_hidden_column(rows: Rows, index: int) -> bytes:
    """Write an xls workbook that hides a column, by its index from 0."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Prices")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    sheet.col(index).hidden = True
    return _save_to_bytes(book)


def xlsx_with_struck(rows: Rows, struck: Collection[tuple[int, int]]) -> bytes:
    """Write an xlsx workbook that strikes out cells, by their row and column from 0."""

    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Prices")
        style = book.add_format({"font_strikeout": True})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value, *([style] if (number, column) in struck else []))

    return xlsx(fill)


def xls_with_struck(rows: Rows, struck: Collection[tuple[int, int]]) -> bytes:
    """Write an xls workbook that strikes out cells, by their row and column from 0."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Prices")
    style = xlwt.easyxf("font: struck_out on")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            is_struck = (number, column) in struck
            sheet.write(number, column, value, style if is_struck else xlwt.Style.default_style)
    return _save_to_bytes(book)


def ods_with_struck(rows: Rows, struck: Collection[tuple[int, int]]) -> bytes:
    """Write an ods workbook that strikes out cells, by their row and column from 0."""
    cells = [
        [
            _ods_cell(value).replace("-cell", '-cell table:style-name="ce1"', 1)
            if (number, column) in struck
            else value
            for column, value in enumerate(row)
        ]
        for number, row in enumerate(rows)
    ]
    return ods_of(*[cells], styles=ods_style('style:text-line-through-style="solid"'))


def ods_style(properties: str, attributes: str = "") -> str:
    """Return the XML of the style `ce1` of cells with these properties of texts."""
    return (
        f'<style:style style:name="ce1" style:family="table-cell" {attributes}>'
        f"<style:text-properties {properties}/></style:style>"
    )


def _save_to_bytes(book: Any) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.xls"
        book.save(str(path))
        return path.read_bytes()


def ods_of(*sheets: Rows, styles: str = "", names: Sequence[str] = (), columns: str = "") -> bytes:
    """Write an ods workbook; a cell that starts with `<` is raw XML, as `columns` are."""
    titles = names or [f"Sheet{number}" for number in range(1, len(sheets) + 1)]
    tables = "".join(
        f'<table:table table:name="{title}" table:style-name="ta{number}">{columns}'
        f"{''.join(map(_ods_row, rows))}</table:table>"
        for number, (title, rows) in enumerate(zip(titles, sheets, strict=True), start=1)
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": ods_content(
                f"<office:automatic-styles>{styles}</office:automatic-styles>"
                f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
            ),
        }
    )


def ods_content(body: str) -> str:
    spaces = "".join(
        f' xmlns:{name}="{_OASIS}:{name}:1.0"' for name in ("office", "table", "text", "style")
    )
    return f'<?xml version="1.0"?><office:document-content{spaces}>{body}</office:document-content>'


def _ods_row(row: Sequence[Any]) -> str:
    """Write a row; a first cell such as `table:visibility="filter"` is an attribute of it."""
    if row and str(row[0]).startswith("table:"):
        return f"<table:table-row {row[0]}>{''.join(map(_ods_cell, row[1:]))}</table:table-row>"
    return f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def _ods_cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    text = str(value)
    if text.startswith("<"):
        return text
    if isinstance(value, (int, float)):
        return (
            f'<table:table-cell office:value-type="float" office:value="{value!r}">'
            f"<text:p>{value:n}</text:p></table:table-cell>"
        )
    return (
        '<table:table-cell office:value-type="string">'
        f"<text:p>{escape(text)}</text:p></table:table-cell>"
    )


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def raw_xlsx(
    sheet_data: str,
    *,
    before: str = "",
    after: str = "",
    book: str = "",
    parts: Mapping[str, str] | None = None,
) -> bytes:
    """Write an xlsx workbook whose only sheet has this XML."""
    return zipped(
        {
            "_rels/.rels": relationships({"rId1": ("officeDocument", "xl/workbook.xml")}),
            "xl/workbook.xml": (
                f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONSHIPS}"><sheets>'
                f'<sheet name="Prices" sheetId="1" r:id="rId1"/></sheets>{book}</workbook>'
            ),
            "xl/_rels/workbook.xml.rels": relationships(
                {
                    "rId1": ("worksheet", "worksheets/sheet1.xml"),
                    "rId2": ("sharedStrings", "sharedStrings.xml"),
                }
            ),
            "xl/worksheets/sheet1.xml": (
                f'<worksheet xmlns="{MAIN}">{before}<sheetData>{sheet_data}</sheetData>{after}'
                "</worksheet>"
            ),
            **(parts or {}),
        }
    )


def relationships(targets: Mapping[str, tuple[str, str]]) -> str:
    elements = "".join(
        f'<Relationship Id="{key}" Type="{RELATIONSHIPS}/{kind}" Target={quoteattr(target)}/>'
        for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}">{elements}</Relationships>'


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


RAW_HEADER = (
    f'<row r="1">{text_cell("A1", "sku")}{text_cell("B1", "name")}{text_cell("C1", "price")}</row>'
)


def raw_row(number: int, price: str = "<v>5</v>", attributes: str = "") -> str:
    """Return the XML of the row of an article whose price cell has this content."""
    return (
        f'<row r="{number}">{text_cell(f"A{number}", f"A{number}")}'
        f'{text_cell(f"B{number}", "Lamp")}<c r="C{number}"{attributes}>{price}</c></row>'
    )
