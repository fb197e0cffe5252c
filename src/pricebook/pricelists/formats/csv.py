"""Lists in CSV, of any delimiter and encoding."""

import csv
import io
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import BinaryIO, Literal, TextIO

from pricebook.errors import PriceListError
from pricebook.pricelists.detection import table
from pricebook.pricelists.formats.table_file import check_dimensions, read_sample
from pricebook.pricelists.formats.text_encoding import detect_encoding
from pricebook.pricelists.schemas import ReadLimits, ReadRequest, Record
from pricebook.pricelists.text import quote

_DELIMITERS = (",", ";", "\t", "|")
_DELIMITER_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_INVALID_DELIMITER = re.compile(r"[\w\s\".+-]")
# Excel's own first line of a CSV file, which names the delimiter.
_SEP_LINE = re.compile(r'"?sep=([^\r\n])"?\r?\n?', re.IGNORECASE).fullmatch
_BYTE_ORDER_MARK = "\ufeff"
_MAX_LINE_CHARACTERS = 1024 * 1024
_MAX_LINES_PER_RECORD = 10_000
_MAX_MALFORMED_CHARACTERS = 1000


class CsvFile:
    """A CSV file that is read from its first record as often as needed."""

    format: Literal["csv"] = "csv"
    sheet = None
    rows_total = None

    def __init__(self, path: Path, encoding: str, delimiter: str, limits: ReadLimits) -> None:
        self.encoding = encoding
        self.delimiter = delimiter
        self._size = path.stat().st_size
        self._path = path
        self._limits = limits
        self._file: BinaryIO | None = None

    @property
    def progress(self) -> float:
        """The part of the file that the latest pass has read."""
        if self._file is None:
            return 0.0
        return 1.0 if self._file.closed else min(1.0, self._file.tell() / self._size)

    def records(self) -> Generator[Record, None, None]:
        """Read the file record by record; a record that is badly quoted is one record.

        Raises PriceListError if the file can no longer be read as it was.
        """
        try:
            with (
                self._path.open("rb") as file,
                io.TextIOWrapper(file, self.encoding, newline="") as text,
            ):
                self._file = file
                yield from self._parse(text)
        except (OSError, UnicodeDecodeError) as error:
            raise PriceListError(f"{self._path.name} went or changed while it was read.") from error

    def _parse(self, text: TextIO) -> Generator[Record, None, None]:
        lines: list[str] = []
        if text.read(1) != _BYTE_ORDER_MARK:
            text.seek(0)
        # Strict, or an unclosed quotation mark would make one wrong article out of several.
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
        """Read `"24" monitor"` as it was meant if that ends on its line, else give the row up."""
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
            f"A quotation mark is not closed or not doubled; that spoils {len(lines)} line(s) "
            f"from {quote(lines[0])}."
        )
        return number, ["".join(lines)[:_MAX_MALFORMED_CHARACTERS]], message


def open_csv(path: Path, request: ReadRequest) -> CsvFile:
    """Find out encoding and delimiter of a file, as far as the user has not set them.

    Raises PriceListError if one cannot be told or does not fit.
    """
    config = request.config
    encoding = detect_encoding(path, config.encoding)
    configured = config.delimiter or _delimiter_in_file(path, encoding)
    if configured is not None:
        return CsvFile(path, encoding, _check_delimiter(configured), request.limits)
    sources = {
        delimiter: CsvFile(path, encoding, delimiter, request.limits) for delimiter in _DELIMITERS
    }
    samples = {delimiter: read_sample(source, config) for delimiter, source in sources.items()}
    return sources[table.choose_delimiter(samples, config, request.currency)]


def _delimiter_in_file(path: Path, encoding: str) -> str | None:
    with path.open(encoding=encoding, newline="") as file:
        line = file.readline(len("\ufeff'sep=;'\r\n")).removeprefix(_BYTE_ORDER_MARK)
    match = _SEP_LINE(line)
    return match[1] if match else None


def _check_delimiter(configured: str) -> str:
    delimiter = _DELIMITER_NAMES.get(configured.casefold(), configured)
    if len(delimiter) != 1 or (delimiter != "\t" and _INVALID_DELIMITER.match(delimiter)):
        raise PriceListError(
            f"The delimiter {quote(configured)} cannot separate cells; use one of ; , | and tab."
        )
    return delimiter


def _buffered_lines(text: TextIO, lines: list[str]) -> Iterator[str]:
    """Hand on lines of bounded length, and keep those of the record that is being read."""
    readline = text.readline
    while line := readline(_MAX_LINE_CHARACTERS):
        if len(line) == _MAX_LINE_CHARACTERS or len(lines) == _MAX_LINES_PER_RECORD:
            raise PriceListError(
                f"From {quote((lines or [line])[0])} on the list has no end of row within reason."
            )
        lines.append(line)
        yield line
