"""Valkey, the server that speaks Redis: its options and its sign of being ready."""

import signal
import socket

from pricebook.embedded import binaries
from pricebook.embedded.data_folders import HomeFolders, make_private
from pricebook.embedded.server_process import Program

_SCHEME = "unix://"


def url(places: HomeFolders) -> str:
    """Where the server of `places` answers."""
    return f"{_SCHEME}{places.sockets}/redis.sock"


def initialize_data_folder(places: HomeFolders) -> None:
    """Make the working folder if there is none."""
    if not places.redis.exists():
        make_private(places.redis, places.account)


def server(places: HomeFolders, *, durable: bool) -> Program:
    """Describe the server as a program to run; with `durable=False` it keeps nothing on disk."""
    options = {
        "port": "0",
        "unixsocket": url(places).removeprefix(_SCHEME),
        "unixsocketperm": "700",
        "dir": str(places.redis),
        "appendonly": "yes" if durable else "no",
        "save": "",
        "maxmemory-policy": "noeviction",  # a queue must not lose tasks
        "always-show-logo": "no",
    }
    argv = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Program(
        name="Valkey",
        argv=(str(binaries.find_valkey_server(places.account)), *argv),
        account=places.account,
        log=places.logs / "redis.log",
        stop_signal=signal.SIGTERM,
    )


def accepts_connections(redis_url: str) -> bool:
    """Whether a server answers at this address and has loaded its data."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(redis_url.removeprefix(_SCHEME))
            connection.sendall(b"PING\r\n")
            return connection.recv(16) == b"+PONG\r\n"
        except OSError:
            return False
