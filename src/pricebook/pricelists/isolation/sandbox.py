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

from pricebook.pricelists.isolation import kernel_restrictions

INPUT_FOLDER, SCRATCH_FOLDER = "lists", "scratch"
RESTRICTIONS = {
    "user": "a user of its own",
    "privileges": "no capabilities, no new privileges, memory unreadable for others",
    "files": "only its own folder can be read and written (landlock)",
    "calls": "no sockets, nothing that reaches other programs and processes (seccomp)",
}
# Users that systemd too gives to services that need none by name.
_FIRST_USER_ID, _USER_ID_COUNT = 61184, 4336
_MAX_OPEN_FILES = 64
# What the standard library loads only when it is used first.
_LAZY_MODULES = ("atexit", "heapq")
_WINDOWS_ENCODINGS = frozenset({"mbcs", "oem"})


def unused_user_id() -> int | None:
    """Choose the user that a parser process runs as: None if we are not root, so cannot change."""
    if os.geteuid() != 0:
        return None
    for offset in count(int.from_bytes(os.urandom(4), "big")):
        user = _FIRST_USER_ID + offset % _USER_ID_COUNT
        try:
            pwd.getpwuid(user)
        except KeyError:
            return user
    return None


def confine(user: int | None) -> dict[str, bool]:
    """Give up what reading a list does not need; return which of `PARTS` are in force.

    Called in the folder of the process, which has `LISTS` to read and `SCRATCH` to write.
    """
    tempfile.tempdir = SCRATCH_FOLDER
    _set_resource_limits()
    _preload_lazy_modules()
    active_restrictions = {"user": _switch_user(user)}
    active_restrictions["privileges"] = (
        kernel_restrictions.drop_capabilities() and kernel_restrictions.forbid_new_privileges()
    )
    active_restrictions["files"] = kernel_restrictions.restrict_files(
        {
            **dict.fromkeys(_code_folders(), kernel_restrictions.READ),
            INPUT_FOLDER: kernel_restrictions.READ,
            SCRATCH_FOLDER: kernel_restrictions.WRITE,
        }
    )
    active_restrictions["calls"] = kernel_restrictions.restrict_system_calls()
    return active_restrictions


def main() -> None:
    """Confine this process and write which of `PARTS` are in force."""
    user = unused_user_id()
    Path(INPUT_FOLDER).mkdir()
    Path(SCRATCH_FOLDER).mkdir()
    active_restrictions = confine(user)
    sys.stdout.write(
        " ".join(restriction for restriction, is_active in active_restrictions.items() if is_active)
    )


def find_active_restrictions() -> set[str]:
    """Let a process confine itself, and return which of `PARTS` are in force on this machine."""
    with tempfile.TemporaryDirectory() as folder:
        completed = subprocess.run(
            [sys.executable, "-P", "-m", "pricebook.pricelists.isolation.sandbox"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    return set(completed.stdout.split())


def _set_resource_limits() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MAX_OPEN_FILES, _MAX_OPEN_FILES))


def _preload_lazy_modules() -> None:
    """Load what the user and the capabilities that are given up may be needed to read."""
    for module in _LAZY_MODULES:
        import_module(module)
    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in _WINDOWS_ENCODINGS:
            import_module(f"encodings.{module.name}")


def _switch_user(user: int | None) -> bool:
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
