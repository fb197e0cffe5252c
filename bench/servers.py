"""Embedded servers in a folder of their own, gone afterwards."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pricebook import migrations
from pricebook.embedded import Endpoints, servers


@contextmanager
def migrated_servers() -> Generator[Endpoints]:
    """Run durable servers with a migrated, empty database."""
    with TemporaryDirectory(prefix="pricebook-bench-") as folder:
        Path(folder).chmod(0o755)
        with servers(Path(folder) / "home") as endpoints:
            migrations.upgrade(endpoints.database_url)
            yield endpoints
