"""What the cells of an xlsx workbook refer to by number: texts and number formats."""

from collections.abc import Iterable, Mapping

from pricebook.ingestion.parsers.formats import BUILT_IN, NumberFormat, format_of
from pricebook.ingestion.parsers.package import Package
from pricebook.ingestion.parsers.xlsx_cells import TAGS, taken, unescaped


def shared_strings(package: Package, part: str | None) -> list[str]:
    """List the texts that cells refer to by number."""
    if part is None or part not in package:
        return []
    strings = _SharedStrings()
    for _ in package.feed(part, strings):
        pass
    return strings.found


def cell_formats(package: Package, part: str | None) -> dict[str | None, NumberFormat]:
    """Map styles to their number formats, those that show a number as it is left out.

    The key None is that of a cell without a style.
    """
    if part is None or part not in package:
        return {}
    with package.damage_told():
        return _formats(package.elements(part))


def _formats(
    elements: Iterable[tuple[str, Mapping[str, str]]],
) -> dict[str | None, NumberFormat]:
    codes = dict(BUILT_IN)
    styles: list[str] = []
    group = ""
    for tag, attributes in elements:
        if tag in {"cellStyleXfs", "cellXfs", "dxfs"}:
            group = tag
        elif tag == "numFmt" and group == "":
            codes[int(attributes["numFmtId"])] = attributes["formatCode"]
        elif tag == "xf" and group == "cellXfs":
            styles.append(codes.get(int(attributes.get("numFmtId", "0")), ""))
    formats: dict[str | None, NumberFormat] = {
        str(number): how for number, code in enumerate(styles) if (how := format_of(code))
    }
    return {None: formats["0"], **formats} if "0" in formats else formats


class _SharedStrings:
    """Collects the texts that cells refer to by number."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.found: list[str] = []
        self._begun: dict[str, dict[str, str]] = {}
        self.start = self._begun.__setitem__
        self._pieces: list[str] = []

    def end(self, name: str) -> None:
        """Take the end of an element."""
        tag = TAGS.get(name)
        if tag == "t" and name[:-1] + "rPh" not in self._begun:
            self._pieces.append(taken(self.text))
        elif tag == "si":
            self.found.append(unescaped("".join(self._pieces)))
            self._pieces.clear()
        elif tag == "rPh":
            del self._begun[name]
        self.text.clear()
