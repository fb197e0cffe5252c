"""The workspace of a parser process: copying the input, and removing the copy."""

import errno
import fcntl
import gc
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.isolation import sandbox
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.isolation.workspace import Workspace, remove_abandoned_workspaces
from pricebook.pricelists.schemas.read_request import FileSource, ReadLimits
from pricelists.price_lists import csv_text, read_request

PROGRAM = Path(sys.executable).parent / "pricebook"
TIMEOUT_SECONDS = 120


@pytest.mark.parametrize("kind", ["device", "pipe", "folder"])
async def test_only_regular_files_are_copied(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    if kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    os_message = os.strerror(errno.EISDIR)  # in the language of the process
    pattern = rf"list\.csv (is not a regular file|cannot be read: {os_message})"
    with ParserPool() as parser_pool, pytest.raises(PriceListError, match=pattern):
        async with parser_pool.opened(read_request(path)):
            pass


def test_file_that_is_larger_than_its_status_says_is_copied_up_to_the_limit() -> None:
    endless = Path("/proc/kallsyms")  # a regular file of size 0, which holds megabytes
    workspace = Workspace(sandbox.unused_user_id())
    try:
        with (
            workspace.input_folder() as input_folder,
            pytest.raises(PriceListError, match="MiB; at most 1 MiB are read"),
        ):
            workspace.copy_in(FileSource(str(endless)), input_folder, ReadLimits(mebibytes=1))
    finally:
        workspace.remove()


def test_only_workspaces_of_killed_processes_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    abandoned = tmp_path / "pricebook-list-left"
    (abandoned / "lists").mkdir(parents=True)
    (abandoned / "lists" / "list.csv").write_text(csv_text("1;Lamp;5"))
    other = tmp_path / "pricebook-other"
    other.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = tmp_path / "pricebook-list-link"
    link.symlink_to(elsewhere)
    active = Workspace(None)
    with ParserPool():
        assert {*tmp_path.iterdir()} == {active.path, other, elsewhere, link}
    active.remove()


def test_workspace_that_is_removed_before_its_lock_is_created_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    done = threading.Event()

    def remove_repeatedly() -> None:
        while not done.is_set():
            remove_abandoned_workspaces()

    remover = threading.Thread(target=remove_repeatedly)
    remover.start()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ResourceWarning)
            for _ in range(300):
                workspace = Workspace(None)
                assert workspace.path.exists()
                workspace.remove()
            gc.collect()
    finally:
        done.set()
        remover.join()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_interrupted_command_leaves_no_copy(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(csv_text(*(f"A{each};Lamp number {each};5" for each in range(900_000))))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command = subprocess.Popen(
        [PROGRAM, "inspect", path], env={**os.environ, "TMPDIR": str(temporary)}, cwd=tmp_path
    )
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not list(temporary.glob("pricebook-*/lists/*/list.csv")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    (folder,) = temporary.glob("pricebook-*")
    lock = os.open(folder, os.O_RDONLY)
    with pytest.raises(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(lock)
    command.send_signal(number)
    assert command.wait(TIMEOUT_SECONDS) == code
    assert list(temporary.iterdir()) == []


def test_inspecting_a_folder_follows_no_link_out_of_it(tmp_path: Path) -> None:
    folder, secret = tmp_path / "lists", tmp_path / "secret.csv"
    folder.mkdir()
    (folder / "a.csv").write_text(csv_text("1;Lamp;5"))
    secret.write_text(csv_text("2;Secret;5"))
    (folder / "inside.csv").symlink_to("a.csv")
    (folder / "outside.csv").symlink_to(secret)
    completed = subprocess.run(
        [PROGRAM, "inspect", folder], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert [Path(line.split(":")[0]).name for line in completed.stdout.splitlines()] == [
        "a.csv",
        "inside.csv",
    ]
