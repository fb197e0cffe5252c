"""Embedded Valkey, a server of the Redis protocol: its options and readiness."""

import signal
import socket

from pricebook.embedded import binaries
from pricebook.embedded.data_folders import HomeFolders, make_private
from pricebook.embedded.server_process import Program

_SCHEME = "unix://"


def url(folders: HomeFolders) -> str:
    """Return the URL of the server."""
    return f"{_SCHEME}{folders.sockets}/redis.sock"


def initialize_data_folder(folders: HomeFolders) -> None:
    """Create the working folder if it does not exist."""
    if not folders.redis.exists():
        make_private(folders.redis, folders.account)


def server(folders: HomeFolders, *, durable: bool) -> Program:
    """Return the program of the server; with `durable=False` it writes nothing to disk."""
    options = {
        "port": "0",
        "unixsocket": url(folders).removeprefix(_SCHEME),
        "unixsocketperm": "700",
        "dir": str(folders.redis),
        "appendonly": "yes" if durable else "no",
        "save": "",
        "maxmemory-policy": "noeviction",  # a queue must not lose tasks
        "always-show-logo": "no",
    }
    argv = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Program(
        name="Valkey",
        argv=(str(binaries.find_valkey_server(folders.account)), *argv),
        account=folders.account,
        log=folders.logs / "redis.log",
        stop_signal=signal.SIGTERM,
    )


def accepts_connections(redis_url: str) -> bool:
    """Return whether the server at this URL responds to PING, which it does once it has loaded."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(redis_url.removeprefix(_SCHEME))
            connection.sendall(b"PING\r\n")
            return connection.recv(16) == b"+PONG\r\n"
        except OSError:
            return False
