"""Fuzz what reads bytes of others: `python bench/fuzz.py TARGET|all [seconds [folder of seeds]]`.

Targets: head (one connection), multipart (uploaded forms), query (query strings), and the readers
of price lists csv, xls, xlsx and ods, whose seeds are the files of their format in the folder.

Coverage guides the mutations where atheris is installed, which the project does not depend on (it
needs an environment of its own); without it the seeds are mutated blindly. An exception that a
target does not expect, and a case that takes longer than `HANG_SECONDS`, end the run; the case is
written into the working directory.
"""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

HANG_SECONDS = 20
LARGEST_CASE = 32 * 1024
INSTRUMENTED = ["pricebook", "uvicorn", "multipart", "xlrd", "zipfile"]
MODULES = {
    "head": "fuzz_connection",
    "multipart": "fuzz_form",
    "query": "fuzz_query",
    "csv": "fuzz_lists",
    "xls": "fuzz_lists",
    "xlsx": "fuzz_lists",
    "ods": "fuzz_lists",
}
Target = Callable[[bytes], None]


class Targets(Protocol):
    """A module with targets."""

    def make_target(self, name: str, folder: Path) -> Target:
        """Return what runs one case; it may write into the folder."""
        ...

    def seeds_of(self, name: str, paths: Iterable[Path]) -> Iterable[bytes]:
        """Return the cases to begin with, those of the files among them."""
        ...


def main() -> None:
    """Fuzz one target for a time, or each of them."""
    name, *more = sys.argv[1:]
    if name == "all":
        commands = [[sys.executable, __file__, each, *more] for each in MODULES]
        sys.exit(max(subprocess.call(command) for command in commands))
    seconds = int(more[0]) if more else 60
    try:
        atheris: Any = import_module("atheris")
    except ModuleNotFoundError:
        atheris = None
    with TemporaryDirectory(prefix="fuzz-") as folder:
        instrumented = atheris and atheris.instrument_imports(include=INSTRUMENTED)
        with instrumented or nullcontext():
            targets: Targets = import_module(MODULES[name])  # pyright: ignore[reportAssignmentType]
        target = targets.make_target(name, Path(folder))
        paths = sorted(Path(more[1]).rglob("*")) if more[1:] else []
        seeds = [seed[:LARGEST_CASE] for seed in targets.seeds_of(name, paths)]
        if atheris:
            guided(atheris, target, seeds, Path(folder) / "corpus", seconds)
        else:
            mutate_blindly(target, seeds, seconds)


def guided(atheris: Any, target: Target, seeds: list[bytes], corpus: Path, seconds: int) -> None:
    """Let coverage guide the mutations; atheris ends the process itself."""
    corpus.mkdir()
    for number, seed in enumerate(seeds):
        (corpus / str(number)).write_bytes(seed)
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


def _hangs(*_: object) -> None:
    raise TimeoutError(f"a case takes more than {HANG_SECONDS} seconds")


if __name__ == "__main__":
    main()
