"""PostgreSQL and Valkey that come with the package, run as children of this process.

They live in one folder, answer on Unix sockets only, and stop when the process that started them
ends, however it ends. Linux only.
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
