"""Reads workbooks of Excel since 2007: xlsx, and xlsm without its macros (ECMA-376)."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Literal

from pricebook.pricelists.formats.row_spool import NumberedRows
from pricebook.pricelists.formats.struck_cells import StruckCells
from pricebook.pricelists.formats.workbook import MergedRange, Sheet
from pricebook.pricelists.formats.xlsx_cells import (
    StruckSheetHandler,
    WorkbookContext,
    XlsxSheetHandler,
)
from pricebook.pricelists.formats.xlsx_parts import cell_styles, shared_strings
from pricebook.pricelists.formats.zip_package import ZipPackage
from pricebook.pricelists.schemas.read_request import ReadLimits


class XlsxWorkbook:
    """An open xlsx workbook."""

    format: Literal["xlsx"] = "xlsx"

    def __init__(self, package: ZipPackage, workbook: str, limits: ReadLimits) -> None:
        self._package = package
        self._read: dict[str, XlsxSheetHandler] = {}
        elements = package.elements(workbook)
        targets = _relationship_targets(package, workbook)
        self._parts: dict[str, str] = {}
        self.sheets: list[Sheet] = []
        for tag, attributes in elements:
            part = targets.get(attributes.get("id", ""), ("", ""))
            if tag == "sheet" and part[0] == "worksheet" and part[1] in package:
                name = attributes.get("name", "")
                self._parts[name] = part[1]
                self.sheets.append(Sheet(name, attributes.get("state", "visible") != "visible"))
        parts = dict(targets.values())
        attributes_by_tag = dict(elements)
        styles = cell_styles(package, parts.get("styles"))
        self._context = WorkbookContext(
            name=package.name,
            strings=shared_strings(package, parts.get("sharedStrings")),
            formats=styles.formats,
            struck_styles=styles.struck,
            is_1904=attributes_by_tag.get("workbookPr", {}).get("date1904", "0") in {"1", "true"},
            is_uncalculated=attributes_by_tag.get("calcPr", {}).get("fullCalcOnLoad", "0")
            in {"1", "true"},
            limits=limits,
        )

    def rows(self, sheet: str) -> NumberedRows:
        """Yield the rows of a sheet; raises PriceListError if the file is damaged."""
        handler = StruckSheetHandler if self._context.struck_styles else XlsxSheetHandler
        cells = handler(self._context, sheet)
        for _ in self._package.feed(self._parts[sheet], cells):
            yield from cells.rows
            cells.rows.clear()
        self._read[sheet] = cells

    def merged_ranges(self, sheet: str) -> Sequence[MergedRange]:
        """Return the merged ranges of a sheet; its rows must have been read before."""
        return self._read[sheet].merged_ranges

    def hidden_rows(self, sheet: str) -> Sequence[int]:
        """Return the numbers of the hidden rows of a sheet; its rows must have been read before."""
        return self._read[sheet].hidden_rows

    def hidden_columns(self, sheet: str) -> Sequence[int]:
        """Return the 0-based hidden columns of a sheet; its rows must have been read before."""
        return sorted(self._read[sheet].hidden_columns)

    def struck_cells(self, sheet: str) -> StruckCells:
        """Return the struck-out cells of a sheet; its rows must have been read before."""
        return self._read[sheet].struck_cells


def workbook_part(package: ZipPackage) -> str | None:
    """Return the name of the workbook part of a package; None if it has none."""
    if "_rels/.rels" not in package:
        return None
    parts = dict(_relationship_targets(package, "").values())
    part = parts.get("officeDocument", "xl/workbook.xml")
    return part if part in package and part.startswith("xl/") else None


def _relationship_targets(package: ZipPackage, part: str) -> dict[str, tuple[str, str]]:
    """Map the ids of a part's relationships to the type and the path of their target."""
    path = PurePosixPath(part)
    relationships_part = str(path.parent / "_rels" / f"{path.name}.rels").removeprefix("./")
    relationships: dict[str, tuple[str, str]] = {}
    for tag, attributes in package.elements(relationships_part if part else "_rels/.rels"):
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "").replace("\\", "/")
            resolved_path = normpath(f"/{path.parent}/{target}" if target[:1] != "/" else target)
            kind = attributes.get("Type", "").rpartition("/")[2]
            relationships[attributes.get("Id", "")] = kind, resolved_path.lstrip("/")
    return relationships
