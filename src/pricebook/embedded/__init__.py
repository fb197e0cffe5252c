"""Embedded PostgreSQL and Valkey: binaries from packages, run as child processes.

Their data is in one folder. They listen on Unix sockets only and stop when the process that started
them ends, even if it is killed (parent-death signal). Linux only.
"""

from pricebook.embedded.restartable_server import Server
from pricebook.embedded.server_process import describe_exit, spawn
from pricebook.embedded.supervisor import (
    Endpoints,
    Supervisor,
    require_not_running,
    servers,
    supervise,
)

__all__ = [
    "Endpoints",
    "Server",
    "Supervisor",
    "describe_exit",
    "require_not_running",
    "servers",
    "spawn",
    "supervise",
]
