"""Restrictions that the Linux kernel puts on the calling process for good: landlock and seccomp."""

import ctypes
import os
import platform
import struct
from collections.abc import Iterable, Mapping

_libc = ctypes.CDLL(None, use_errno=True)

_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_SECCOMP_MODE_FILTER = 2

# landlock(7); the numbers of these calls are the same on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION, _PATH_BENEATH = 1, 1
_WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_FILE, _MAKE_REG, _TRUNCATE = 2, 4, 8, 32, 256, 1 << 14
READ = _READ_FILE | _READ_DIR
WRITE = READ | _WRITE_FILE | _REMOVE_FILE | _MAKE_REG | _TRUNCATE
# How many rights to files each version knows; the fourth added TCP, the sixth signals and sockets.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_NEWEST_FILE_RIGHTS = 16
_TCP_VERSION, _SCOPE_VERSION = 4, 6
_ALL_TCP = _ALL_SCOPES = 3

# seccomp(2): classic BPF over `struct seccomp_data`.
_LOAD, _JUMP_EQUAL, _JUMP_NOT_BELOW, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # EPERM
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4
_FOREIGN_NUMBERS = 0x40000000  # of the x32 ABI
# Sockets, other programs and processes, other namespaces, io_uring, keys, bpf, handles of files.
_EVERYWHERE = (425, 434, 435, 438)
_REFUSED_CALLS = {
    "x86_64": (
        0xC000003E,
        (
            *(41, 53, 56, 57, 58, 59, 62, 101, 165, 248, 249, 250, 272, 298, 304, 308),
            *(310, 311, 321, 322, 323),
            *_EVERYWHERE,
        ),
    ),
    "aarch64": (
        0xC00000B7,
        (
            *(40, 97, 117, 129, 198, 199, 217, 218, 219, 220, 221, 241, 265, 268, 270),
            *(271, 280, 281, 282),
            *_EVERYWHERE,
        ),
    ),
}


def forbid_privileges() -> bool:
    """Keep programs with a set-user-id bit from giving rights, and others from reading memory."""
    is_set = _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    return _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 and is_set


def restrict_files(rights: Mapping[str, int]) -> bool:
    """Allow these rights below these folders and none elsewhere; False if the kernel cannot.

    Open files stay open.
    """
    version = _libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _ASK_VERSION)
    if version < 1:
        return False
    known = (1 << _FILE_RIGHTS.get(version, _NEWEST_FILE_RIGHTS)) - 1
    tcp = _ALL_TCP if version >= _TCP_VERSION else 0
    scopes = _ALL_SCOPES if version >= _SCOPE_VERSION else 0
    attributes = struct.pack("=QQQ", known, tcp, scopes)
    size = 24 if scopes else 16 if tcp else 8
    ruleset = _libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    try:
        for folder, allowed in rights.items():
            _allow(ruleset, folder, allowed & known)
        return _libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _allow(ruleset: int, folder: str, rights: int) -> None:
    try:
        opened = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no right
    try:
        rule = struct.pack("=Qi", rights, opened)
        _libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(opened)


def restrict_calls() -> bool:
    """Refuse sockets and everything that reaches other processes; False if that cannot be."""
    if platform.machine() not in _REFUSED_CALLS:
        return False
    architecture, calls = _REFUSED_CALLS[platform.machine()]
    program = b"".join(_filter(architecture, calls))
    buffer = ctypes.create_string_buffer(program)
    count = len(program) // 8
    described = struct.pack("@HP", count, ctypes.addressof(buffer))
    return _libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, described, 0, 0) == 0


def _filter(architecture: int, calls: tuple[int, ...]) -> Iterable[bytes]:
    """Compile to: load a field; jump over so many if equal, else over so many; return."""
    yield _instruction(_LOAD, 0, 0, _ARCHITECTURE_AT)
    yield _instruction(_JUMP_EQUAL, 0, len(calls) + 3, architecture)
    yield _instruction(_LOAD, 0, 0, _NUMBER_AT)
    yield _instruction(_JUMP_NOT_BELOW, len(calls) + 1, 0, _FOREIGN_NUMBERS)
    for left, call in enumerate(reversed(calls)):
        yield _instruction(_JUMP_EQUAL, len(calls) - left, 0, call)
    yield _instruction(_RETURN, 0, 0, _ALLOW)
    yield _instruction(_RETURN, 0, 0, _REFUSE)


def _instruction(code: int, if_so: int, if_not: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, if_so, if_not, value)
