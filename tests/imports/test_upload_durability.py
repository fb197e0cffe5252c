"""An accepted upload survives a power failure: its file and its folder are synced in this order."""

import os
from pathlib import Path
from uuid import uuid4

import pytest

from pricebook.imports.upload_folder import RemainingQuota, receive_upload

CONTENT = b"Code,Name,Price\nA-1,Hammer,5\n"
Synced = list[tuple[Path, list[tuple[str, int]]]]


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Synced:
    """The fsync calls, each with the files and sizes in the folder at that time."""
    calls: Synced = []
    fsync = os.fsync

    def record(descriptor: int) -> None:
        fsync(descriptor)
        files = [(path.name, path.stat().st_size) for path in (tmp_path / "uploaded").iterdir()]
        calls.append((Path(f"/proc/self/fd/{descriptor}").readlink(), files))

    monkeypatch.setattr(os, "fsync", record)
    return calls


async def test_a_committed_upload_is_synced_before_and_after_its_rename(
    tmp_path: Path, synced: Synced
) -> None:
    async with receive_upload(tmp_path, uuid4(), RemainingQuota(1000, "Full.")) as upload:
        await upload.write(CONTENT)
        await upload.finish()
        assert synced == []
        await upload.commit()
    path = tmp_path / upload.location
    partial = path.with_name(path.name + ".part")
    assert synced == [
        (partial, [(partial.name, len(CONTENT))]),
        (path.parent, [(path.name, len(CONTENT))]),
    ]
    assert path.read_bytes() == CONTENT
