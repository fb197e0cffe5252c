"""A small tmpfs disk; only root may mount it."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

KIBIBYTES = 256


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 256 KiB."""
    with TemporaryDirectory(prefix="pricebook-disk-") as folder:
        Path(folder).chmod(0o755)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={KIBIBYTES}k", "tmpfs", folder]
        if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
            pytest.skip("only root may mount a small disk")
        yield Path(folder)
        subprocess.run(["umount", "--lazy", folder], check=True)


def enlarge(folder: Path, mebibytes: int = 64) -> None:
    """Enlarge the disk."""
    subprocess.run(["mount", "-o", f"remount,size={mebibytes}m", str(folder)], check=True)
