"""Several processes share the servers of one home; some of them are killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psycopg
import pytest
import redis

from pricebook.embedded import Endpoints, data_folders, servers, supervise
from pricebook.embedded.server_process import processes_in
from pricebook.embedded.supervisor import acquire_owner_lock
from pricebook.errors import EmbeddedServerError
from pricebook.system import file_locks

Eventually = Callable[[Callable[[], object]], None]

PARENT = """
import sys
from pathlib import Path
import msgspec
from pricebook.embedded import servers

home, role, disk = sys.argv[1:]
with servers(Path(home), own=role == "up", durable=disk == "durable") as found:
    print(msgspec.json.encode(found).decode(), flush=True)
    sys.stdin.readline()
"""


class Parent:
    """Another process that uses the servers of a home until it reads a line or is killed."""

    def __init__(self, home: Path, *, up: bool, durable: bool) -> None:
        role = ["up" if up else "temporary", "durable" if durable else "fast"]
        self.process = subprocess.Popen(
            [sys.executable, "-c", PARENT, str(home), *role],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def endpoints(self) -> Endpoints:
        assert self.process.stdout
        return msgspec.json.decode(self.process.stdout.readline(), type=Endpoints)

    def request_exit(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def runs(self) -> bool:
        return self.process.poll() is None


class StartParent:
    """Starts processes and kills those that are still running at the end."""

    def __init__(self) -> None:
        self.parents: list[Parent] = []

    def __call__(self, home: Path, *, up: bool = False, durable: bool = False) -> Parent:
        self.parents.append(Parent(home, up=up, durable=durable))
        return self.parents[-1]


@pytest.fixture
def start_parent() -> Iterator[StartParent]:
    start = StartParent()
    yield start
    for parent in start.parents:
        parent.kill()


@contextmanager
def sleeper(*, cwd: Path | None = None, user: int | None = None) -> Generator[int]:
    """Run a foreign process and yield its id."""
    with subprocess.Popen(["sleep", "60"], cwd=cwd, user=user) as stranger:
        try:
            yield stranger.pid
        finally:
            stranger.kill()


def server_processes(home: Path) -> list[int]:
    return processes_in(home / "postgres") + processes_in(home / "redis")


def postmaster(home: Path) -> int:
    return int((home / "postgres/postmaster.pid").read_text("utf-8").splitlines()[0])


def add_note(endpoints: Endpoints) -> int:
    with psycopg.connect(endpoints.database_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO note DEFAULT VALUES")
        row = connection.execute("SELECT count(*) FROM note").fetchone()
    return int(row[0]) if row else 0


def count_in_redis(endpoints: Endpoints) -> int:
    client = redis.Redis(unix_socket_path=endpoints.redis_url.removeprefix("unix://"))
    with client:
        return int(str(client.incr("notes")))


def test_a_second_process_uses_the_running_servers(
    used_home: Path, start_parent: StartParent
) -> None:
    theirs = start_parent(used_home, up=True).endpoints()
    running = postmaster(used_home)
    before = add_note(theirs)
    with servers(used_home) as ours:
        assert ours == theirs
        assert postmaster(used_home) == running
        assert add_note(ours) == before + 1
    assert add_note(theirs) == before + 2


def test_temporary_owner_waits_for_other_users_of_its_servers(
    used_home: Path, start_parent: StartParent, eventually: Eventually
) -> None:
    first = start_parent(used_home)
    first.endpoints()
    second = start_parent(used_home)
    second.endpoints()
    first.request_exit()
    with servers(used_home) as server_endpoints:
        second.request_exit()
        second.process.wait()
        assert add_note(server_endpoints)
        assert first.runs()
    eventually(lambda: not first.runs())
    assert not server_processes(used_home)


def test_up_stops_its_servers_although_others_use_them(
    used_home: Path, start_parent: StartParent
) -> None:
    up = start_parent(used_home, up=True)
    up.endpoints()
    with servers(used_home):
        up.request_exit()
        up.process.wait()
        assert not server_processes(used_home)


def test_up_waits_for_a_temporary_owner(used_home: Path, start_parent: StartParent) -> None:
    temporary = start_parent(used_home)
    temporary.endpoints()
    threading.Timer(0.2, temporary.request_exit).start()
    with supervise(used_home, durable=False) as supervisor:
        assert add_note(supervisor.endpoints)
        assert file_locks.read_pid(used_home / "locks/owner") == os.getpid()


def test_up_names_a_temporary_owner_that_does_not_end(
    used_home: Path, start_parent: StartParent
) -> None:
    temporary = start_parent(used_home)
    temporary.endpoints()
    with pytest.raises(EmbeddedServerError, match=f"^Process {temporary.process.pid} still uses"):
        acquire_owner_lock(data_folders.prepare_home(used_home), seconds=0.1)


def test_a_second_up_is_refused_at_once(used_home: Path, start_parent: StartParent) -> None:
    up = start_parent(used_home, up=True)
    up.endpoints()
    expected = f"^Pricebook is already up in {used_home}, as process {up.process.pid}.$"
    with pytest.raises(EmbeddedServerError, match=expected), supervise(used_home):
        pass


def test_after_sigkill_no_server_runs_and_committed_data_remain(
    used_home: Path, start_parent: StartParent, eventually: Eventually
) -> None:
    parent = start_parent(used_home, up=True, durable=True)
    server_endpoints = parent.endpoints()
    notes, counted = add_note(server_endpoints), count_in_redis(server_endpoints)
    parent.kill()
    eventually(lambda: not server_processes(used_home))
    with servers(used_home) as server_endpoints:
        assert (add_note(server_endpoints), count_in_redis(server_endpoints)) == (
            notes + 1,
            counted + 1,
        )


def test_start_succeeds_after_an_earlier_start_was_killed(
    home: Path, start_parent: StartParent
) -> None:
    for pause in (0.2, 0.35, 0.5, 0.65, 0.8, 0.95):
        parent = start_parent(home, durable=True)
        time.sleep(pause)
        parent.kill()
    with servers(home) as server_endpoints:
        assert add_note(server_endpoints) == 1
    assert not (home / "postgres.new").exists()


def test_stale_pid_file_of_a_killed_server_is_removed(used_home: Path) -> None:
    with servers(used_home, durable=False) as server_endpoints:
        before = add_note(server_endpoints)
    data = used_home / "postgres"
    left_over = data / "postmaster.pid"
    account = data.stat().st_uid if os.geteuid() == 0 else None
    with sleeper(user=account) as pid:
        lines = (pid, data, 1700000000, 5432, "/none", "", "")
        left_over.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        os.chown(left_over, data.stat().st_uid, data.stat().st_gid)
        with servers(used_home, durable=False) as server_endpoints:
            assert add_note(server_endpoints) == before + 1


def test_start_waits_for_a_server_that_stops_slowly(
    used_home: Path, start_parent: StartParent, eventually: Eventually
) -> None:
    parent = start_parent(used_home, durable=True)
    before = add_note(parent.endpoints())
    old = postmaster(used_home)
    os.kill(old, signal.SIGSTOP)
    parent.kill()
    eventually(lambda: not processes_in(used_home / "redis"))
    next_parent = start_parent(used_home, durable=True)
    time.sleep(0.5)
    assert postmaster(used_home) == old
    os.kill(old, signal.SIGCONT)
    assert add_note(next_parent.endpoints()) == before + 1
    assert postmaster(used_home) != old


def test_server_started_by_another_program_is_not_stopped(used_home: Path) -> None:
    refusal = "PostgreSQL is already running in .*/postgres as process {};"
    with sleeper(cwd=used_home / "postgres") as pid:
        with pytest.raises(EmbeddedServerError, match=refusal.format(pid)), servers(used_home):
            pass
        assert processes_in(used_home / "postgres") == [pid]


def test_spawned_process_ends_with_its_parent(open_folder: Path, eventually: Eventually) -> None:
    code = (
        "from pricebook.embedded import spawn;"
        "spawn(['sleep', '60'], {'PATH': '/usr/bin:/bin'}); print(flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=open_folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout
        parent.stdout.readline()
        eventually(lambda: len(processes_in(open_folder)) == 2)
        parent.kill()
    eventually(lambda: not processes_in(open_folder))
