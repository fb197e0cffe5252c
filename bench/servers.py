"""Embedded servers in a folder of their own and an API on them, gone afterwards."""

import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pricebook import migrations
from pricebook.embedded import Endpoints, servers
from pricebook.settings import Settings
from pricebook.up import is_ready


@contextmanager
def migrated_servers() -> Generator[Endpoints]:
    """Run durable servers with a migrated, empty database."""
    with TemporaryDirectory(prefix="pricebook-bench-") as folder:
        Path(folder).chmod(0o755)
        with servers(Path(folder) / "home") as endpoints:
            migrations.upgrade(endpoints.database_url)
            yield endpoints


def settings_for(endpoints: Endpoints, port: int) -> Settings:
    """Make the settings of an API on these servers."""
    return Settings(
        database_url=endpoints.database_url,
        redis_url=endpoints.redis_url,
        port=port,
        jwt_secret="a secret of this benchmark alone, 0123456789",  # noqa: S106 (guards nothing)
    )


@contextmanager
def served(settings: Settings) -> Generator[None]:
    """Run the API until the block ends."""
    command = [sys.executable, "-m", "pricebook.cli", "serve"]
    process = subprocess.Popen(command, env={**os.environ, **settings.as_environment()})
    try:
        while not is_ready(settings):
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()
