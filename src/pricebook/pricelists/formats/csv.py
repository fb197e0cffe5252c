"""Reads CSV files of any delimiter and encoding."""

import csv
import io
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import BinaryIO, Literal, TextIO

from pricebook.errors import PriceListError
from pricebook.pricelists.detection import table
from pricebook.pricelists.formats.struck_cells import NO_STRUCK_CELLS
from pricebook.pricelists.formats.table_file import check_dimensions, read_sample
from pricebook.pricelists.formats.text_encoding import detect_encoding
from pricebook.pricelists.helper_columns import LEADING_COLUMNS
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.read_request import ReadLimits, ReadRequest
from pricebook.pricelists.text import quote

DELIMITERS = (",", ";", "\t", "|")
_DELIMITER_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_INVALID_DELIMITER = re.compile(r"[\w\s\".+-]")
# The first line by which Excel names the delimiter of a CSV file.
_SEP_LINE = re.compile(r'"?sep=([^\r\n])"?\r?\n?', re.IGNORECASE).fullmatch
# The beginning of a file of rejected rows, whose first cells show its delimiter.
_REJECTED_ROWS = re.compile(r'"?{}"?([,;\t|])"?{}\b'.format(*LEADING_COLUMNS)).match
_BYTE_ORDER_MARK = "\ufeff"
_MAX_FIRST_CHARACTERS = 30
_MAX_LINE_CHARACTERS = 1024 * 1024
_MAX_LINES_PER_RECORD = 10_000
_MAX_MALFORMED_CHARACTERS = 1000


class CsvFile:
    """A CSV file that can be read repeatedly from its first record."""

    format: Literal["csv"] = "csv"
    sheet = None
    rows_total = None
    hidden_rows = ()
    hidden_columns = ()
    struck_cells = NO_STRUCK_CELLS

    def __init__(self, path: Path, encoding: str, delimiter: str, limits: ReadLimits) -> None:
        self.encoding = encoding
        self.delimiter = delimiter
        self._size = path.stat().st_size
        self._path = path
        self._limits = limits
        self._file: BinaryIO | None = None

    @property
    def progress(self) -> float:
        """The fraction of the file that the latest pass has read (0 to 1)."""
        if self._file is None:
            return 0.0
        return 1.0 if self._file.closed else min(1.0, self._file.tell() / self._size)

    def records(self) -> Generator[Record, None, None]:
        """Yield the records of the file; a badly quoted record is marked as malformed.

        Raises PriceListError if the file was changed or removed since it was opened.
        """
        try:
            with (
                self._path.open("rb") as file,
                io.TextIOWrapper(file, self.encoding, newline="") as text,
            ):
                self._file = file
                yield from self._parse(text)
        except (OSError, UnicodeDecodeError) as error:
            raise PriceListError(
                f"{self._path.name} was changed or removed while it was read."
            ) from error

    def _parse(self, text: TextIO) -> Generator[Record, None, None]:
        lines: list[str] = []
        if text.read(1) != _BYTE_ORDER_MARK:
            text.seek(0)
        # Without `strict`, an unclosed quotation mark would merge several articles into one.
        reader = csv.reader(
            _buffered_lines(text, lines),
            delimiter=self.delimiter,
            skipinitialspace=True,
            strict=True,
        )
        number, max_rows, max_columns = 0, self._limits.rows, self._limits.columns
        while True:
            try:
                for cells in reader:
                    number += 1
                    lines.clear()
                    if number > max_rows or len(cells) > max_columns:
                        check_dimensions(number, cells, self._limits)
                    yield number, cells, None
            except csv.Error:
                number += 1
                yield self._repair_record(number, lines)
                lines.clear()
            else:
                return

    def _repair_record(self, number: int, lines: list[str]) -> Record:
        """Parse a record like `"24" monitor"` leniently, or mark it as malformed."""
        normalised_lines = [line.rstrip("\r\n") + "\n" for line in lines]
        try:
            cells = next(
                csv.reader(normalised_lines[:1], delimiter=self.delimiter, skipinitialspace=True)
            )
        except csv.Error:
            cells = ["\n"]
        if len(lines) == 1 and not any("\n" in cell for cell in cells):
            return number, cells, None
        message = (
            f"A quotation mark is not closed or not doubled; {len(lines)} line(s) from "
            f"{quote(lines[0])} on cannot be read."
        )
        return number, ["".join(lines)[:_MAX_MALFORMED_CHARACTERS]], message


def open_csv(path: Path, request: ReadRequest) -> CsvFile:
    """Open a CSV file; detect its encoding and delimiter unless they are configured.

    Raises PriceListError if one cannot be detected or the configured one does not fit.
    """
    config = request.config
    encoding = detect_encoding(path, config.encoding)
    configured = config.delimiter or _delimiter_in_file(path, encoding)
    if configured is not None:
        return CsvFile(path, encoding, _check_delimiter(configured), request.limits)
    sources = {
        delimiter: CsvFile(path, encoding, delimiter, request.limits) for delimiter in DELIMITERS
    }
    samples = {delimiter: read_sample(source, config) for delimiter, source in sources.items()}
    return sources[table.choose_delimiter(samples, config, request.currency)]


def _delimiter_in_file(path: Path, encoding: str) -> str | None:
    with path.open(encoding=encoding, newline="") as file:
        line = file.readline(_MAX_FIRST_CHARACTERS).removeprefix(_BYTE_ORDER_MARK)
    match = _SEP_LINE(line) or _REJECTED_ROWS(line)
    return match[1] if match else None


def _check_delimiter(configured: str) -> str:
    delimiter = _DELIMITER_NAMES.get(configured.casefold(), configured)
    if len(delimiter) != 1 or (delimiter != "\t" and _INVALID_DELIMITER.match(delimiter)):
        raise PriceListError(
            f"The delimiter {quote(configured)} cannot separate cells; set it to ; , | or tab."
        )
    return delimiter


def _buffered_lines(text: TextIO, lines: list[str]) -> Iterator[str]:
    """Yield lines of bounded length; append each to `lines`, which the caller clears per record."""
    readline = text.readline
    while line := readline(_MAX_LINE_CHARACTERS):
        if len(line) == _MAX_LINE_CHARACTERS or len(lines) == _MAX_LINES_PER_RECORD:
            raise PriceListError(
                f"A row of the price list has no end: it starts with {quote((lines or [line])[0])}."
            )
        lines.append(line)
        yield line
