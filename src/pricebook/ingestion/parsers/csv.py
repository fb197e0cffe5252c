"""Lists in CSV, of any delimiter and encoding."""

import csv
import io
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import BinaryIO, Literal, TextIO

from pricebook.errors import PriceListError
from pricebook.ingestion import detect
from pricebook.ingestion.normalise import shown
from pricebook.ingestion.parsers.source import check_size, head_of
from pricebook.ingestion.parsers.text import find_encoding
from pricebook.ingestion.schemas import Limits, ListOrder, Record

_DELIMITERS = (",", ";", "\t", "|")
_DELIMITER_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_NO_DELIMITER = re.compile(r"[\w\s\".+-]")
# Excel's own first line of a CSV file, which names the delimiter.
_SEP_LINE = re.compile(r'"?sep=([^\r\n])"?\r?\n?', re.IGNORECASE).fullmatch
_MARK = "\ufeff"
_LONGEST_LINE = 1024 * 1024
_MOST_LINES = 10_000
_SHOWN_OF_SPOILED = 1000


class CsvSource:
    """A CSV file that is read from its first record as often as needed."""

    format: Literal["csv"] = "csv"
    sheet = None
    rows_total = None

    def __init__(self, path: Path, encoding: str, delimiter: str, limits: Limits) -> None:
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
                yield from self._parsed(text)
        except (OSError, UnicodeDecodeError) as error:
            raise PriceListError(f"{self._path.name} went or changed while it was read.") from error

    def _parsed(self, text: TextIO) -> Generator[Record, None, None]:
        lines: list[str] = []
        if text.read(1) != _MARK:
            text.seek(0)
        # Strict, or an unclosed quotation mark would make one wrong article out of several.
        reader = csv.reader(
            _remembered(text, lines), delimiter=self.delimiter, skipinitialspace=True, strict=True
        )
        number, most_rows, most_columns = 0, self._limits.rows, self._limits.columns
        while True:
            try:
                for cells in reader:
                    number += 1
                    lines.clear()
                    if number > most_rows or len(cells) > most_columns:
                        check_size(number, cells, self._limits)
                    yield number, cells, None
            except csv.Error:
                number += 1
                yield self._repaired(number, lines)
                lines.clear()
            else:
                return

    def _repaired(self, number: int, lines: list[str]) -> Record:
        """Read `"24" monitor"` as it was meant if that ends on its line, else give the row up."""
        whole = [line.rstrip("\r\n") + "\n" for line in lines]
        try:
            cells = next(csv.reader(whole[:1], delimiter=self.delimiter, skipinitialspace=True))
        except csv.Error:
            cells = ["\n"]
        if len(lines) == 1 and not any("\n" in cell for cell in cells):
            return number, cells, None
        message = (
            f"A quotation mark is not closed or not doubled; that spoils {len(lines)} line(s) "
            f"from {shown(lines[0])}."
        )
        return number, ["".join(lines)[:_SHOWN_OF_SPOILED]], message


def open_csv(path: Path, order: ListOrder) -> CsvSource:
    """Find out encoding and delimiter of a file, as far as the user has not set them.

    Raises PriceListError if one cannot be told or does not fit.
    """
    config = order.config
    encoding = find_encoding(path, config.encoding)
    given = config.delimiter or _named_in_file(path, encoding)
    if given is not None:
        return CsvSource(path, encoding, _checked(given), order.limits)
    sources = {
        delimiter: CsvSource(path, encoding, delimiter, order.limits) for delimiter in _DELIMITERS
    }
    samples = {delimiter: head_of(source, config) for delimiter, source in sources.items()}
    return sources[detect.choose_delimiter(samples, config, order.currency)]


def _named_in_file(path: Path, encoding: str) -> str | None:
    with path.open(encoding=encoding, newline="") as file:
        line = file.readline(len("\ufeff'sep=;'\r\n")).removeprefix(_MARK)
    match = _SEP_LINE(line)
    return match[1] if match else None


def _checked(given: str) -> str:
    delimiter = _DELIMITER_NAMES.get(given.casefold(), given)
    if len(delimiter) != 1 or (delimiter != "\t" and _NO_DELIMITER.match(delimiter)):
        raise PriceListError(
            f"The delimiter {shown(given)} cannot separate cells; use one of ; , | and tab."
        )
    return delimiter


def _remembered(text: TextIO, lines: list[str]) -> Iterator[str]:
    """Hand on lines of bounded length, and keep those of the record that is being read."""
    readline = text.readline
    while line := readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE or len(lines) == _MOST_LINES:
            raise PriceListError(
                f"From {shown((lines or [line])[0])} on the list has no end of row within reason."
            )
        lines.append(line)
        yield line
