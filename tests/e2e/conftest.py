import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from running_system import Serve, System, eventually, ready

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def system() -> Iterator[System]:
    with TemporaryDirectory(prefix="pricebook-test-") as folder:
        Path(folder).chmod(0o755)
        created = System(Path(folder).resolve())
        try:
            yield created
            if created.running:
                created.stop()
        finally:
            created.close()


@pytest.fixture
def serve(system: System, database_url: str, redis_url: str) -> Iterator[Serve]:
    """Start `pricebook serve` and wait until it is ready."""

    def start(**settings: str) -> subprocess.Popen[str]:
        process = system.start(
            "serve",
            DATABASE_URL=database_url,
            REDIS_URL=redis_url,
            JWT_SECRET=SECRET,
            PORT=str(system.port),
            LOG_LEVEL="warning",
            **settings,
        )
        eventually(lambda: ready(system) == 200)
        return process

    yield start
    system.close()  # before its database is dropped
