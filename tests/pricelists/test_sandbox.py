"""The sandbox of a parser process, tested by code that runs in it like an exploit would."""

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import msgspec
import pytest

from parser_processes import parser_pids
from pricebook.errors import ParserKilledError, PriceListError
from pricebook.pricelists.isolation import frames, sandbox
from pricebook.pricelists.isolation.child_process import build_environment
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.isolation.workspace import Workspace
from pricebook.pricelists.schemas.read_request import ReadLimits
from pricelists.price_lists import csv_text, read_request
from pricelists.test_parser_pool import read_lines

SECRET = "a secret of forty characters, and not one less"
# The start of the code that runs in the sandbox; `tried` returns the error of an action as text.
CONFINED = """
import ctypes, fcntl, os, resource, socket, sys
from pricebook.pricelists.isolation import sandbox
user = sys.argv[1]
sandbox.confine(int(user) if user else None)
def tried(action):
    try:
        action()
    except OSError as error:
        return error.strerror
    return "done"
"""


@pytest.fixture
def own_parser_pool() -> Iterator[ParserPool]:
    with ParserPool() as parser_pool:
        yield parser_pool


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    created = Workspace(sandbox.unused_user_id())
    yield created
    created.remove()


def run(code: str, workspace: Workspace) -> str:
    """Run code in a process with the restrictions of a parser process; return its output."""
    completed = subprocess.run(
        [sys.executable, "-P", "-c", CONFINED + code, str(workspace.user or "")],
        cwd=workspace.path,
        env=build_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
    return completed.stdout.strip()


def require_restriction(restriction: str) -> None:
    if restriction not in sandbox.find_active_restrictions():
        pytest.skip(f"this machine does not have {sandbox.RESTRICTIONS[restriction]}")


def process_status(parser: int) -> dict[str, str]:
    """Return the status, environment and limits of a process from /proc."""
    folder = Path(f"/proc/{parser}")
    lines = (folder / "status").read_text().splitlines()
    status = {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}
    return {
        **status,
        "environ": (folder / "environ").read_text(),
        "limits": (folder / "limits").read_text(),
    }


async def test_parser_process_has_no_secrets_and_few_rights(
    own_parser_pool: ParserPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)
    monkeypatch.setenv("DATABASE_URL", f"postgresql://user:{SECRET}@db/pricebook")
    path = tmp_path / "list.csv"
    path.write_text(csv_text(*(f"A{number};Lamp;5" for number in range(200_000))))
    before = parser_pids()
    async with own_parser_pool.opened(read_request(path)) as stream:
        (parser,) = parser_pids() - before
        status = process_status(parser)
        assert len(await read_lines(stream)) == 200_000
    assert "SECRET" not in status["environ"]
    assert SECRET not in status["environ"]
    assert status["NoNewPrivs"] == "1"
    limits = {
        line[:25].strip(): (line[26:46].strip(), line[47:67].strip())
        for line in status["limits"].splitlines()
    }
    assert limits["Max core file size"] == ("0", "0")
    assert limits["Max open files"] == ("64", "64")
    for limit in ("Max cpu time", "Max file size", "Max address space"):
        assert "unlimited" not in limits[limit]
    active_restrictions = sandbox.find_active_restrictions()
    assert (status["Seccomp"] == "2") == ("calls" in active_restrictions)
    if "user" in active_restrictions:
        assert os.getuid() == 0
        assert set(status["Uid"].split()).isdisjoint({"0", "65534"})
        assert int(status["CapEff"], 16) == 0
        assert status["Groups"] == ""
        assert limits["Max processes"] == ("0", "0")


def test_sockets_programs_and_signals_are_refused(workspace: Workspace) -> None:
    require_restriction("calls")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        output = run(
            f"print(tried(lambda: socket.create_connection(('127.0.0.1', {port}))),"
            "tried(lambda: socket.socket(socket.AF_UNIX)),"
            "tried(lambda: os.execv('/bin/true', ['true'])),"
            "tried(os.fork), tried(lambda: os.kill(os.getppid(), 0)), sep='|')",
            workspace,
        )
    assert output == "|".join(["Operation not permitted"] * 5)


def test_calls_on_other_processes_of_the_same_user_are_refused(workspace: Workspace) -> None:
    require_restriction("calls")
    output = run(
        """
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
def prlimit(process):
    resource.prlimit(process, resource.RLIMIT_NOFILE, (3, 3))
parent, (ours, _) = os.getppid(), os.pipe()
print(
    tried(lambda: call("setpriority", 0, parent, 19)),
    tried(lambda: os.sched_setaffinity(parent, [0])),
    tried(lambda: call("tgkill", parent, parent, 0)),
    tried(lambda: fcntl.fcntl(ours, fcntl.F_SETOWN, parent)),
    tried(lambda: call("shmget", 0, 4096, 0o1600)),
    tried(lambda: os.memfd_create("memory")),
    tried(lambda: os.chmod("scratch", 0)),
    tried(lambda: os.utime("scratch")),
    sep="|",
)
try:
    prlimit(parent)
except PermissionError:
    print("refused")
fcntl.fcntl(ours, fcntl.F_GETFL)
resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60))
print(resource.getrlimit(resource.RLIMIT_NOFILE))
""",
        workspace,
    )
    assert output.splitlines() == ["|".join(["Operation not permitted"] * 8), "refused", "(60, 60)"]


def test_all_capabilities_are_dropped(workspace: Workspace) -> None:
    code = f"status = open('/proc/self/status'){CONFINED}print(status.read())"
    completed = subprocess.run(
        [sys.executable, "-P", "-c", code, ""],
        cwd=workspace.path,
        env=build_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    rights = dict(
        line.split(":") for line in completed.stdout.splitlines() if line.startswith("Cap")
    )
    assert {int(rights[kind], 16) for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}


def test_files_outside_the_workspace_are_denied(workspace: Workspace, tmp_path: Path) -> None:
    require_restriction("files")
    secret = tmp_path / "key.json"
    secret.write_text(SECRET)
    secret.chmod(0o644)
    outside = str(tmp_path / "outside")
    output = run(
        f"print(tried(lambda: open({str(secret)!r})),"
        f"tried(lambda: open({outside!r}, 'w')),"
        f"tried(lambda: open({str(secret)!r}, 'a')),"
        f"tried(lambda: open('/proc/{os.getpid()}/environ')),"
        "tried(lambda: open('/etc/passwd')),"
        "tried(lambda: os.symlink('/etc/passwd', 'lists/link')),"
        "tried(lambda: open('scratch/file', 'w')), sep='|')",
        workspace,
    )
    assert output == "|".join(["Permission denied"] * 6 + ["done"])


async def test_file_that_only_the_owner_may_read_is_copied_for_the_process(
    own_parser_pool: ParserPool, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(csv_text("1;Lamp;5"))
    path.chmod(0o600)
    async with own_parser_pool.opened(read_request(path)) as stream:
        assert len(await read_lines(stream)) == 1


async def test_codec_of_an_unusual_encoding_is_available(
    own_parser_pool: ParserPool, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(csv_text("1;電灯;5"), encoding="shift_jis")
    async with own_parser_pool.opened(read_request(path, encoding="shift_jis")) as stream:
        assert "電灯".encode() in (await read_lines(stream))[0]


async def test_missing_or_too_large_file_is_refused_before_it_is_copied(
    own_parser_pool: ParserPool, tmp_path: Path
) -> None:
    request = read_request(tmp_path / "none.csv")
    os_message = os.strerror(errno.ENOENT)  # in the language of the process
    with pytest.raises(PriceListError, match=rf"none\.csv cannot be read: {os_message}"):
        async with own_parser_pool.opened(request):
            pass
    large = tmp_path / "large.csv"
    large.write_bytes(bytes(5 * 1024 * 1024))
    request = msgspec.structs.replace(read_request(large), limits=ReadLimits(mebibytes=1))
    with pytest.raises(PriceListError, match=r"large\.csv has 5\.0 MiB; at most 1 MiB are read"):
        async with own_parser_pool.opened(request):
            pass


async def test_processor_time_is_limited(own_parser_pool: ParserPool, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(csv_text(*(f"A{number};Lamp number {number};5" for number in range(900_000))))
    before = parser_pids()
    # The time of the clock is far off: what ends this is the kernel's limit.
    request = msgspec.structs.replace(read_request(path), limits=ReadLimits(seconds=1))
    with pytest.raises((PriceListError, ParserKilledError), match="more than 1 seconds"):
        async with own_parser_pool.opened(request) as stream:
            await read_lines(stream)
    assert parser_pids() == before


def test_message_longer_than_the_limit_ends_the_stream() -> None:
    assert frames.receive(BytesIO(b"\xff\xff\xff\xff" + b"x" * 100)) is None
