"""Reads the shared strings and the number formats that the cells of an xlsx workbook refer to."""

from collections.abc import Iterable, Mapping

from pricebook.pricelists.formats.number_cells import parse_count
from pricebook.pricelists.formats.number_formats import (
    BUILT_IN_FORMATS,
    NumberFormat,
    parse_number_format,
)
from pricebook.pricelists.formats.xlsx_cells import TAGS, take_text, unescape
from pricebook.pricelists.formats.zip_package import ZipPackage


def shared_strings(package: ZipPackage, part: str | None) -> list[str]:
    """Return the shared strings, to which cells refer by index."""
    if part is None or part not in package:
        return []
    strings = _SharedStringsHandler()
    for _ in package.feed(part, strings):
        pass
    return strings.texts


def cell_formats(package: ZipPackage, part: str | None) -> dict[str | None, NumberFormat]:
    """Map style ids to number formats, without formats that show the number unchanged.

    The key None is for cells without a style.
    """
    if part is None or part not in package:
        return {}
    with package.translate_damage_errors():
        return _number_formats(package.elements(part))


def _number_formats(
    elements: Iterable[tuple[str, Mapping[str, str]]],
) -> dict[str | None, NumberFormat]:
    codes = dict(BUILT_IN_FORMATS)
    styles: list[str] = []
    group = ""
    for tag, attributes in elements:
        if tag in {"cellStyleXfs", "cellXfs", "dxfs"}:
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
