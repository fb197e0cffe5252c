"""Restricts the calling process permanently by means of Linux: landlock, seccomp, capabilities."""

import ctypes
import os
import platform
import struct
from collections.abc import Iterable, Mapping
from itertools import chain

_libc = ctypes.CDLL(None, use_errno=True)

_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_PR_CAP_AMBIENT, _CLEAR_ALL = 47, 4
_CAPABILITY_VERSION = 0x20080522
_SECCOMP_MODE_FILTER = 2

# landlock(7); the numbers of these calls are the same on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_QUERY_VERSION, _PATH_BENEATH = 1, 1
_WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_FILE, _MAKE_REG, _TRUNCATE = 2, 4, 8, 32, 256, 1 << 14
READ = _READ_FILE | _READ_DIR
WRITE = READ | _WRITE_FILE | _REMOVE_FILE | _MAKE_REG | _TRUNCATE
# Number of file rights by ABI version; version 4 added TCP, version 6 signals and abstract sockets.
_FILE_RIGHTS_BY_VERSION = {1: 13, 2: 14, 3: 15, 4: 15}
_LATEST_FILE_RIGHTS = 16
_TCP_VERSION, _SCOPE_VERSION = 4, 6
_ALL_TCP = _ALL_SCOPES = 3

# seccomp(2): classic BPF over `struct seccomp_data`.
_LOAD, _JUMP_EQUAL, _JUMP_GREATER_OR_EQUAL, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _DENY = 0x7FFF0000, 0x00050000 | 1  # EPERM
_CALL_NUMBER_OFFSET, _ARCHITECTURE_OFFSET, _ARGUMENTS_OFFSET = 0, 4, 16
_X32_CALL_BIT = 0x40000000  # of the x32 ABI
# Newer calls have the same number on every architecture: pidfd_send_signal, io_uring_setup,
# pidfd_open, clone3, pidfd_getfd, memfd_secret, fchmodat2.
_COMMON_CALLS = (424, 425, 434, 435, 438, 447, 452)
_DENIED_CALLS = {
    "x86_64": (
        0xC000003E,
        (
            # Sockets, programs, processes, namespaces, tracing, keys, bpf, handles of files.
            *(41, 53, 56, 57, 58, 59, 101, 165, 248, 249, 250, 272, 298, 304, 308, 310, 311),
            *(321, 322, 323),
            # Signals, priorities and memory placement of other processes.
            *(62, 129, 200, 234, 297, 141, 142, 144, 203, 251, 256, 279, 314),
            # Shared or anonymous memory: System V IPC, POSIX queues, memfd.
            *(29, 30, 31, 64, 65, 66, 68, 69, 70, 71, 220, 240, 241, 319),
            # Modes, owners, times and attributes of files, which landlock does not cover.
            *(90, 91, 92, 93, 94, 132, 188, 189, 190, 197, 198, 199, 235, 260, 261, 268, 280),
            *_COMMON_CALLS,
        ),
    ),
    "aarch64": (
        0xC00000B7,
        (
            *(40, 97, 117, 198, 199, 217, 218, 219, 220, 221, 241, 265, 268, 270, 271),
            *(280, 281, 282),
            *(129, 130, 131, 138, 240, 30, 118, 119, 122, 140, 238, 239, 274),
            *(180, 181, 186, 187, 188, 189, 190, 191, 192, 193, 194, 195, 196, 279),
            *(5, 6, 7, 14, 15, 16, 52, 53, 54, 55, 88),
            *_COMMON_CALLS,
        ),
    ),
}
# Limits of other processes (prlimit64), and signals to them when a pipe is ready (fcntl).
_PRLIMIT = {"x86_64": 302, "aarch64": 261}
_FCNTL = {"x86_64": 72, "aarch64": 25}
_F_SETOWN, _F_SETOWN_EX = 8, 15


def forbid_new_privileges() -> bool:
    """Disable set-user-id programs and make the memory unreadable for other processes.

    Returns whether the kernel did both.
    """
    is_set = _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    return _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 and is_set


def drop_capabilities() -> bool:
    """Drop all capabilities, also those that a service manager set; return whether this worked."""
    _libc.prctl(_PR_CAP_AMBIENT, _CLEAR_ALL, 0, 0, 0)
    return _libc.capset(struct.pack("=Ii", _CAPABILITY_VERSION, 0), bytes(24)) == 0


def restrict_files(rights: Mapping[str, int]) -> bool:
    """Allow these rights below these folders and none elsewhere (landlock).

    Open files stay open. Returns False if the kernel does not support landlock.
    """
    version = _libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _QUERY_VERSION)
    if version < 1:
        return False
    supported_rights = (1 << _FILE_RIGHTS_BY_VERSION.get(version, _LATEST_FILE_RIGHTS)) - 1
    tcp = _ALL_TCP if version >= _TCP_VERSION else 0
    scopes = _ALL_SCOPES if version >= _SCOPE_VERSION else 0
    attributes = struct.pack("=QQQ", supported_rights, tcp, scopes)
    size = 24 if scopes else 16 if tcp else 8
    ruleset = _libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    try:
        for folder, allowed in rights.items():
            _allow_path(ruleset, folder, allowed & supported_rights)
        return _libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _allow_path(ruleset: int, folder: str, rights: int) -> None:
    try:
        descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return  # the folder does not exist
    try:
        rule = struct.pack("=Qi", rights, descriptor)
        _libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)


def restrict_system_calls() -> bool:
    """Refuse sockets and all calls that reach other processes (seccomp).

    Returns False if the architecture or the kernel does not support this.
    """
    machine = platform.machine()
    if machine not in _DENIED_CALLS:
        return False
    architecture, denied_calls = _DENIED_CALLS[machine]
    program = b"".join(
        (
            *_require_architecture(architecture),
            *chain.from_iterable(map(_deny_call, denied_calls)),
            *_filter_by_argument(_FCNTL[machine], 1, (_F_SETOWN, _F_SETOWN_EX), (_DENY, _ALLOW)),
            *_filter_by_argument(_PRLIMIT[machine], 0, (0,), (_ALLOW, _DENY)),
            _instruction(_RETURN, 0, 0, _ALLOW),
        )
    )
    buffer = ctypes.create_string_buffer(program)
    count = len(program) // 8
    filter_program = struct.pack("@HP", count, ctypes.addressof(buffer))
    return _libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, filter_program, 0, 0) == 0


def _require_architecture(architecture: int) -> Iterable[bytes]:
    """Refuse the calls of other architectures.

    The two numbers of a jump are the instructions to skip if the comparison is true and if not.
    """
    yield _instruction(_LOAD, 0, 0, _ARCHITECTURE_OFFSET)
    yield _instruction(_JUMP_EQUAL, 1, 0, architecture)
    yield _instruction(_RETURN, 0, 0, _DENY)
    yield _instruction(_LOAD, 0, 0, _CALL_NUMBER_OFFSET)
    yield _instruction(_JUMP_GREATER_OR_EQUAL, 0, 1, _X32_CALL_BIT)
    yield _instruction(_RETURN, 0, 0, _DENY)


def _deny_call(call: int) -> Iterable[bytes]:
    yield _instruction(_JUMP_EQUAL, 0, 1, call)
    yield _instruction(_RETURN, 0, 0, _DENY)


def _filter_by_argument(
    call: int, argument: int, values: tuple[int, ...], outcomes: tuple[int, int]
) -> Iterable[bytes]:
    """Filter a call by the lower 32 bits of one argument.

    `outcomes` are the results for these values and for all others.
    """
    matching_outcome, default_outcome = outcomes
    yield _instruction(_JUMP_EQUAL, 0, len(values) + 3, call)
    yield _instruction(_LOAD, 0, 0, _ARGUMENTS_OFFSET + 8 * argument)
    for index, value in enumerate(values):
        yield _instruction(_JUMP_EQUAL, len(values) - index, 0, value)
    yield _instruction(_RETURN, 0, 0, default_outcome)
    yield _instruction(_RETURN, 0, 0, matching_outcome)


def _instruction(code: int, jump_if_true: int, jump_if_false: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, jump_if_true, jump_if_false, value)
