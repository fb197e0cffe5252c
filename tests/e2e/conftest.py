from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from running_system import System, eventually


@pytest.fixture
def system() -> Iterator[System]:
    with TemporaryDirectory(prefix="pricebook-test-") as folder:
        Path(folder).chmod(0o755)
        made = System(Path(folder).resolve())
        yield made
        if made.running:
            made.stop()
        eventually(lambda: not made.processes())
