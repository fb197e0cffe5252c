"""Reads the shared strings and the styles that the cells of an xlsx workbook refer to."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pricebook.pricelists.formats.number_cells import parse_count
from pricebook.pricelists.formats.number_formats import (
    BUILT_IN_FORMATS,
    NumberFormat,
    parse_number_format,
)
from pricebook.pricelists.formats.xlsx_cells import TAGS, TRUE, take_text, unescape
from pricebook.pricelists.formats.zip_package import ZipPackage

# What follows the number formats and fonts; they have formats and fonts of their own.
_STYLE_GROUPS = frozenset({"cellStyleXfs", "cellXfs", "dxfs"})


def shared_strings(package: ZipPackage, part: str | None) -> list[str]:
    """Return the shared strings, to which cells refer by index."""
    if part is None or part not in package:
        return []
    strings = _SharedStringsHandler()
    for _ in package.feed(part, strings):
        pass
    return strings.texts


class CellStyles(NamedTuple):
    """The number formats by style id, without those that show the number unchanged.

    `struck` are the ids of the styles that strike out. None is the id of cells without a style.
    """

    formats: Mapping[str | None, NumberFormat]
    struck: frozenset[str | None]


def cell_styles(package: ZipPackage, part: str | None) -> CellStyles:
    """Return the styles of a workbook; raises PriceListError if their part is damaged."""
    if part is None or part not in package:
        return CellStyles({}, frozenset())
    with package.translate_damage_errors():
        elements = package.elements(part)
        return CellStyles(_number_formats(elements), _struck_styles(elements))


def _struck_styles(elements: Iterable[tuple[str, Mapping[str, str]]]) -> frozenset[str | None]:
    """Return the ids of the styles whose font strikes out."""
    fonts, style = -1, -1
    struck_fonts, struck = set[str](), set[str | None]()
    group = ""
    for tag, attributes in elements:
        if tag in _STYLE_GROUPS:
            group = tag
        elif tag == "font" and group == "":
            fonts += 1
        elif tag == "strike" and group == "" and attributes.get("val", "1") in TRUE:
            struck_fonts.add(str(fonts))
        elif tag == "xf" and group == "cellXfs":
            style += 1
            if attributes.get("fontId", "0") in struck_fonts:
                struck.add(str(style))
    return frozenset({*struck, None} if "0" in struck else struck)


def _number_formats(
    elements: Iterable[tuple[str, Mapping[str, str]]],
) -> dict[str | None, NumberFormat]:
    codes = dict(BUILT_IN_FORMATS)
    styles: list[str] = []
    group = ""
    for tag, attributes in elements:
        if tag in _STYLE_GROUPS:
            group = tag
        elif tag == "numFmt" and group == "":
            codes[_format_id(attributes["numFmtId"])] = attributes["formatCode"]
        elif tag == "xf" and group == "cellXfs":
            styles.append(codes.get(_format_id(attributes.get("numFmtId", "0")), ""))
    formats: dict[str | None, NumberFormat] = {
        str(number): number_format
        for number, code in enumerate(styles)
        if (number_format := parse_number_format(code))
    }
    return {None: formats["0"], **formats} if "0" in formats else formats


def _format_id(number: str) -> int:
    return parse_count(number, "the id of a number format")


class _SharedStringsHandler:
    """An XML handler that collects the shared strings."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.texts: list[str] = []
        self._open_elements: dict[str, dict[str, str]] = {}
        self.start = self._open_elements.__setitem__
        self._text_runs: list[str] = []

    def end(self, name: str) -> None:
        """Process the end of an element."""
        tag = TAGS.get(name)
        if tag == "t" and name[:-1] + "rPh" not in self._open_elements:
            self._text_runs.append(take_text(self.text))
        elif tag == "si":
            self.texts.append(unescape("".join(self._text_runs)))
            self._text_runs.clear()
        elif tag == "rPh":
            del self._open_elements[name]
        self.text.clear()
