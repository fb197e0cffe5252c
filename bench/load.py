"""Drives a server with wrk, and tells what its processes cost meanwhile."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec

SCRIPT = Path(__file__).with_name("drive.lua")
TICKS = os.sysconf("SC_CLK_TCK")


class Load(msgspec.Struct, frozen=True):
    """What came of one run: requests a second, milliseconds, requests in all, failed ones."""

    rate: float
    p50: float
    p95: float
    p99: float
    requests: int
    errors: int


def require_wrk() -> str:
    """Return where wrk is, or end with a sentence."""
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit("wrk is not installed: `apt-get install wrk`.")
    return found


class Demand(msgspec.Struct, frozen=True):
    """What is asked in turn, by how many at once, for how long.

    With a header field (`Name: value`), and with pauses of up to some milliseconds between the
    requests of a connection.
    """

    paths: list[str]
    connections: int
    seconds: int
    header: str = ""
    pause_ms: int = 0


def drive(address: str, demand: Demand) -> Load:
    """Ask a server, and tell how it answered."""
    header = ["-H", demand.header] if demand.header else []
    size = [f"-c{demand.connections}", f"-d{demand.seconds}s"]
    with NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(demand.paths))
        file.flush()
        said = subprocess.run(
            [require_wrk(), "-t1", *size, "--timeout", "10s", *header, "-s", str(SCRIPT), address],
            env={**os.environ, "PATHS": file.name, "PAUSE_MS": str(demand.pause_ms)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    return msgspec.json.decode(said.rpartition("result ")[2], type=Load)


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    for each in found:
        try:
            for task in Path(f"/proc/{each}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process and all that descend from it."""
    return sum(_cpu_seconds(each) for each in family(pid))


def megabytes(pid: int) -> list[float]:
    """Return the resident memory of each process of a family, the largest first."""
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
