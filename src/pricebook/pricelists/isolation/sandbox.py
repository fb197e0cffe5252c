"""Restricts the rights of a parser process permanently, because it parses untrusted files.

A restriction that the kernel or a container does not support is skipped; `pricebook doctor` lists
the active ones.
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
# The range of user ids that systemd uses for services with DynamicUser=.
_FIRST_USER_ID, _USER_ID_COUNT = 61184, 4336
_MAX_OPEN_FILES = 64
# Modules that the standard library imports on first use.
_LAZY_MODULES = ("atexit", "heapq")
_WINDOWS_ENCODINGS = frozenset({"mbcs", "oem"})


def unused_user_id() -> int | None:
    """Return the id of an unused user for a parser process; None without root, which is needed."""
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
    """Drop all rights that parsing does not need; return which `RESTRICTIONS` are active.

    The current folder must have INPUT_FOLDER to read from and SCRATCH_FOLDER to write to.
    """
    tempfile.tempdir = SCRATCH_FOLDER
    _set_resource_limits()
    preload_lazy_modules()
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


def preload_lazy_modules() -> None:
    """Import modules while the rights to read their files are still there."""
    for module in _LAZY_MODULES:
        import_module(module)
    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in _WINDOWS_ENCODINGS:
            import_module(f"encodings.{module.name}")


def main() -> None:
    """Confine this process and print the active restrictions."""
    user = unused_user_id()
    Path(INPUT_FOLDER).mkdir()
    Path(SCRATCH_FOLDER).mkdir()
    active_restrictions = confine(user)
    sys.stdout.write(
        " ".join(restriction for restriction, is_active in active_restrictions.items() if is_active)
    )


def find_active_restrictions() -> set[str]:
    """Return the restrictions that this machine supports, as found by a confined child process."""
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


def _switch_user(user: int | None) -> bool:
    """Change the user permanently; return whether this worked."""
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
    """Return the folders of Python modules and of the libraries that these need."""
    folders = {sys.prefix, sys.base_prefix, "/lib", "/lib64", "/usr/lib", "/usr/lib64"}
    return {folder for folder in (*folders, *sys.path) if folder.startswith("/")}


if __name__ == "__main__":
    main()
