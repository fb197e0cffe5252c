"""Fuzz the readers of lists: `python bench/fuzz.py csv|xls|xlsx|ods [seconds [folder of seeds]]`.

Coverage guides the mutations where atheris is installed, which the project does not depend on (it
needs an environment of its own); without it the seeds are mutated blindly. A case is a refusal or a
list that is read; any other exception, and a case that takes longer than `HANG_SECONDS`, ends the
run and is written beside it.

A workbook of XML is mutated as its parts, joined by `SEPARATOR`, and packed for each case.
"""

import importlib
import random
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import BadZipFile, ZipFile

from pricebook.errors import PriceListError
from pricebook.ingestion.reader import open_list
from pricebook.ingestion.schemas import FilePlace, Limits, ListOrder

HANG_SECONDS = 20
LARGEST_CASE = 16 * 1024
SEPARATOR = b"\0<<part>>\0"
LIMITS = Limits(mebibytes=2, rows=20_000, columns=200)
XLSX_PARTS = (
    "_rels/.rels",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
    "xl/worksheets/sheet1.xml",
)
ODS_PARTS = ("content.xml", "META-INF/manifest.xml")
Target = Callable[[bytes], None]


def main() -> None:
    """Fuzz one reader for a time; seeds are files of its format, anywhere in a folder."""
    name, *more = sys.argv[1:]
    seconds = int(more[0]) if more else 60
    with TemporaryDirectory(prefix="fuzz-") as folder:
        target = TARGETS[name](Path(folder) / "case")
        seeds = list(seeds_of(name, Path(more[1]).rglob("*") if more[1:] else []))
        try:
            atheris: Any = importlib.import_module("atheris")
        except ModuleNotFoundError:
            mutate_blindly(target, seeds, seconds)
        else:
            guided(atheris, target, seeds, Path(folder) / "corpus", seconds)


def guided(atheris: Any, target: Target, seeds: list[bytes], corpus: Path, seconds: int) -> None:
    """Let coverage guide the mutations; atheris ends the process itself."""
    corpus.mkdir()
    for number, seed in enumerate(seeds):
        (corpus / str(number)).write_bytes(seed)
    atheris.instrument_all()
    options = (f"-max_total_time={seconds}", f"-max_len={LARGEST_CASE}", f"-timeout={HANG_SECONDS}")
    atheris.Setup([sys.argv[0], *options, "-rss_limit_mb=2048", str(corpus)], target)
    atheris.Fuzz()


def mutate_blindly(target: Target, seeds: list[bytes], seconds: int) -> None:
    """Change bytes of the seeds at random until the time is over."""
    signal.signal(signal.SIGALRM, _hangs)
    rng, ends_at, cases = random.Random(1), time.monotonic() + seconds, 0
    while time.monotonic() < ends_at:
        case = mutated(rng.choice(seeds or [b""]), rng)
        signal.alarm(HANG_SECONDS)
        try:
            target(case)
        except BaseException:
            Path(f"crash-{cases}").write_bytes(case)
            raise
        cases += 1
    signal.alarm(0)
    print(f"{cases:,} cases in {seconds} s, no crash and no hang")


def mutated(case: bytes, rng: random.Random) -> bytes:
    """Replace, remove, repeat or insert a few pieces."""
    for _ in range(rng.randint(1, 6)):
        at, length = rng.randrange(len(case) + 1), rng.choice((0, 1, 2, 8, 40))
        piece = rng.choice(
            (rng.randbytes(length), case[at : at + length] * 2, b"", b"99999999999", b"\xff" * 4)
        )
        case = case[:at] + piece + case[at + length :]
    return case[:LARGEST_CASE]


def file_target(path: Path) -> Target:
    """Make the target that reads a case as a file."""
    order = ListOrder(place=FilePlace(str(path)), currency="USD", limits=LIMITS)

    def read(case: bytes) -> None:
        path.write_bytes(case)
        with suppress(PriceListError):
            for _ in open_list(order).rows():
                pass

    return read


def package_target(parts: Iterable[str]) -> Callable[[Path], Target]:
    """Make the target that packs a case into a workbook first."""

    def made(path: Path) -> Target:
        read = file_target(path)
        return lambda case: read(packed(dict(zip(parts, case.split(SEPARATOR), strict=False))))

    return made


def packed(parts: dict[str, bytes]) -> bytes:
    """Pack parts into an archive."""
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def seeds_of(name: str, paths: Iterable[Path]) -> Iterable[bytes]:
    """Read the files of a format; a workbook as its parts, in the order of the target."""
    for path in sorted(paths):
        if path.suffix != f".{name}" or path.stat().st_size > LARGEST_CASE * 32:
            continue
        if name in PARTS:
            with suppress(BadZipFile, KeyError), ZipFile(path) as archive:
                known = {part: archive.read(part) for part in archive.namelist()}
                yield SEPARATOR.join(known.get(part, b"") for part in PARTS[name])
        else:
            yield path.read_bytes()


def _hangs(*_: object) -> None:
    raise TimeoutError(f"a case takes more than {HANG_SECONDS} seconds")


PARTS = {"xlsx": XLSX_PARTS, "ods": ODS_PARTS}
TARGETS: dict[str, Callable[[Path], Target]] = {
    "csv": file_target,
    "xls": file_target,
    "xlsx": package_target(XLSX_PARTS),
    "ods": package_target(ODS_PARTS),
}

if __name__ == "__main__":
    main()
