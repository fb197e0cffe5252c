"""The parser processes of this process, found in /proc."""

import os
from contextlib import suppress
from pathlib import Path

_MODULE = b"pricebook.pricelists.isolation.parse_process"


def parser_pids() -> set[int]:
    """Return the ids of the parser processes: the children of the programs that fork them."""
    programs = program_pids()
    return {pid for pid, parent in _parents().items() if parent in programs}


def program_pids() -> set[int]:
    """Return the ids of the programs that fork the parser processes of this process."""
    return {pid for pid, parent in _parents().items() if parent == os.getpid() and _is_parser(pid)}


def _parents() -> dict[int, int]:
    parents: dict[int, int] = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, parent = (process / "stat").read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(process.name)] = int(parent)
    return parents


def _is_parser(pid: int) -> bool:
    """Return whether a child runs the program; the kernel sets its command line a moment later."""
    process = Path(f"/proc/{pid}")
    with suppress(OSError):
        while not (command := (process / "cmdline").read_bytes()):
            if (process / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return False
        return _MODULE in command.split(b"\0")
    return False
