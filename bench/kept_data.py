"""The data of a benchmark: in a folder that is kept between runs, or in a temporary one."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg


@contextmanager
def data_folder(name: str = "") -> Generator[Path]:
    """Yield the named folder, which is made and kept; a temporary one without a name."""
    with TemporaryDirectory(prefix="pricebook-bench-") as temporary:
        folder = Path(name or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        yield folder


def is_filled(url: str) -> bool:
    """Return whether an earlier run has filled the database."""
    with psycopg.connect(url) as conn:
        return conn.execute("SELECT to_regclass('bench_filled') IS NOT NULL").fetchone() == (True,)


def mark_filled(url: str) -> None:
    """Store that the database is filled."""
    with psycopg.connect(url) as conn:
        conn.execute("CREATE TABLE bench_filled ()")
