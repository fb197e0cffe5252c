"""What is copied for a parser process, and what becomes of the copy."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingestion.price_lists import list_of, order_of
from pricebook.errors import PriceListError
from pricebook.ingestion import sandbox
from pricebook.ingestion.process import Parsers
from pricebook.ingestion.schemas import FilePlace, Limits
from pricebook.ingestion.workspace import Workspace

PROGRAM = Path(sys.executable).parent / "pricebook"
HANGS_SECONDS = 60


@pytest.mark.parametrize("kind", ["device", "pipe", "folder"])
async def test_only_regular_files_are_copied(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    if kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    why = os.strerror(errno.EISDIR)  # in the language of the process
    told = rf"list\.csv (is no regular file|cannot be read: {why})"
    with Parsers() as parsers, pytest.raises(PriceListError, match=told):
        async with parsers.opened(order_of(path)):
            pass


def test_a_file_that_says_it_is_empty_is_copied_up_to_the_limit() -> None:
    endless = Path("/proc/kallsyms")  # a regular file of size 0, which holds megabytes
    workspace = Workspace(sandbox.free_user())
    try:
        with (
            workspace.inbox() as inbox,
            pytest.raises(PriceListError, match="MiB, at most 1 are read"),
        ):
            workspace.bring(FilePlace(str(endless)), inbox, Limits(mebibytes=1))
    finally:
        workspace.remove()


def test_what_a_killed_process_left_over_is_removed_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = tmp_path / "pricebook-list-left"
    (left / "lists").mkdir(parents=True)
    (left / "lists" / "list.csv").write_text(list_of("1;Lamp;5"))
    other = tmp_path / "pricebook-other"
    other.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = tmp_path / "pricebook-list-link"
    link.symlink_to(elsewhere)
    used = Workspace(None)
    with Parsers():
        assert {*tmp_path.iterdir()} == {used.path, other, elsewhere, link}
    used.remove()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_command_that_is_ended_leaves_no_copy(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(list_of(*(f"A{each};Lamp number {each};5" for each in range(900_000))))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command = subprocess.Popen(
        [PROGRAM, "inspect", path], env={**os.environ, "TMPDIR": str(temporary)}, cwd=tmp_path
    )
    until = time.monotonic() + HANGS_SECONDS
    while not list(temporary.glob("pricebook-*/lists/*/list.csv")):
        assert time.monotonic() < until
        time.sleep(0.02)
    (folder,) = temporary.glob("pricebook-*")
    lock = os.open(folder, os.O_RDONLY)
    with pytest.raises(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(lock)
    command.send_signal(number)
    assert command.wait(HANGS_SECONDS) == code
    assert list(temporary.iterdir()) == []


def test_looking_at_a_folder_follows_no_link_out_of_it(tmp_path: Path) -> None:
    folder, secret = tmp_path / "lists", tmp_path / "secret.csv"
    folder.mkdir()
    (folder / "a.csv").write_text(list_of("1;Lamp;5"))
    secret.write_text(list_of("2;Secret;5"))
    (folder / "inside.csv").symlink_to("a.csv")
    (folder / "outside.csv").symlink_to(secret)
    done = subprocess.run(
        [PROGRAM, "inspect", folder], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert [Path(line.split(":")[0]).name for line in done.stdout.splitlines()] == [
        "a.csv",
        "inside.csv",
    ]
