"""What a parser process may not do, since the files it reads may come from somebody hostile.

A part that the kernel or a container refuses is left out; `pricebook doctor` says which are in
force. Everything here holds until the process ends.
"""

import encodings
import os
import pkgutil
import pwd
import resource
import subprocess
import sys
import tempfile
from importlib import import_module
from itertools import count
from pathlib import Path

from pricebook.ingestion import kernel

LISTS, SCRATCH = "lists", "scratch"
PARTS = {
    "user": "a user of its own",
    "privileges": "no capabilities, no new privileges, memory unreadable for others",
    "files": "only its own folder can be read and written (landlock)",
    "calls": "no sockets, nothing that reaches other programs and processes (seccomp)",
}
# Users that systemd too gives to services that need none by name.
_FIRST_USER, _USERS = 61184, 4336
_MOST_FILES = 64
# What the standard library loads only when it is used first.
_LOADED_LATE = ("atexit", "heapq")
_OTHER_ENCODINGS = frozenset({"mbcs", "oem"})


def free_user() -> int | None:
    """Choose the user that a parser process runs as: None if we are not root, so cannot change."""
    if os.geteuid() != 0:
        return None
    for offset in count(int.from_bytes(os.urandom(4), "big")):
        user = _FIRST_USER + offset % _USERS
        try:
            pwd.getpwuid(user)
        except KeyError:
            return user
    return None


def confine(user: int | None) -> dict[str, bool]:
    """Give up what reading a list does not need; return which of `PARTS` are in force.

    Called in the folder of the process, which has `LISTS` to read and `SCRATCH` to write.
    """
    tempfile.tempdir = SCRATCH
    _limit()
    _load_late_modules()
    in_force = {"user": _become(user)}
    in_force["privileges"] = kernel.drop_capabilities() and kernel.forbid_privileges()
    in_force["files"] = kernel.restrict_files(
        {**dict.fromkeys(_code_folders(), kernel.READ), LISTS: kernel.READ, SCRATCH: kernel.WRITE}
    )
    in_force["calls"] = kernel.restrict_calls()
    return in_force


def main() -> None:
    """Confine this process and write which of `PARTS` are in force."""
    user = free_user()
    Path(LISTS).mkdir()
    Path(SCRATCH).mkdir()
    in_force = confine(user)
    sys.stdout.write(" ".join(part for part, is_so in in_force.items() if is_so))


def find_parts_in_force() -> set[str]:
    """Let a process confine itself, and return which of `PARTS` are in force on this machine."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "pricebook.ingestion.sandbox"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    return set(done.stdout.split())


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MOST_FILES, _MOST_FILES))


def _load_late_modules() -> None:
    """Load what the user and the capabilities that are given up may be needed to read."""
    for module in _LOADED_LATE:
        import_module(module)
    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in _OTHER_ENCODINGS:
            import_module(f"encodings.{module.name}")


def _become(user: int | None) -> bool:
    """Become another user for good."""
    if user is None:
        return False
    try:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    except OSError:  # a container without the capability
        return False
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    return True


def _code_folders() -> set[str]:
    """Find where modules may still be loaded from, and the libraries that these need."""
    folders = {sys.prefix, sys.base_prefix, "/lib", "/lib64", "/usr/lib", "/usr/lib64"}
    return {folder for folder in (*folders, *sys.path) if folder.startswith("/")}


if __name__ == "__main__":
    main()
