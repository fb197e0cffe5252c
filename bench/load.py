"""Load by wrk, and the CPU time and the memory of a process and its children."""

import os
import secrets
import shutil
import subprocess
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec

SCRIPT = Path(__file__).with_name("drive.lua")
TICKS = os.sysconf("SC_CLK_TCK")


class Load(msgspec.Struct, frozen=True):
    """The result of one run: requests per second, latencies in ms, all and failed requests."""

    rate: float
    p50: float
    p95: float
    p99: float
    requests: int
    errors: int


def require_wrk() -> str:
    """Return the path of wrk, or exit with an error message."""
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit("wrk is not installed: `apt-get install wrk`.")
    return found


class Demand(msgspec.Struct, frozen=True):
    """The requests of a run: their paths in turn, the connections and the duration.

    `header` is a header field (`Name: value`); `pause_ms` is the longest pause between two requests
    of a connection; with `has_new_ids` each request has a new X-Request-ID, as behind a proxy.
    """

    paths: list[str]
    connections: int
    seconds: int
    header: str = ""
    pause_ms: int = 0
    has_new_ids: bool = False


def drive(address: str, demand: Demand) -> Load:
    """Send the requests to a server and return the result."""
    header = ["-H", demand.header] if demand.header else []
    size = [f"-c{demand.connections}", f"-d{demand.seconds}s"]
    with NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(demand.paths))
        file.flush()
        output = subprocess.run(
            [require_wrk(), "-t1", *size, "--timeout", "10s", *header, "-s", str(SCRIPT), address],
            env={
                **os.environ,
                "PATHS": file.name,
                "PAUSE_MS": str(demand.pause_ms),
                "NEW_IDS": secrets.token_hex(8) if demand.has_new_ids else "",
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    return msgspec.json.decode(output.rpartition("result ")[2], type=Load)


def family(pid: int) -> list[int]:
    """Return the ids of a process and all its descendants."""
    found = [pid]
    for each in found:
        try:
            for task in Path(f"/proc/{each}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def cpu_seconds(pid: int) -> float:
    """Return the CPU time in seconds of a process and all its descendants."""
    return sum(_cpu_seconds(each) for each in family(pid))


def megabytes(pid: int) -> list[float]:
    """Return the resident memory in MB of a process and each descendant, the largest first."""
    sizes: list[float] = []
    for each in family(pid):
        try:
            resident = int(Path(f"/proc/{each}/statm").read_text().split()[1])
        except OSError:
            continue
        sizes.append(resident * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024)
    return sorted(sizes, reverse=True)


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS
