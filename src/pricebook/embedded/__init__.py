"""PostgreSQL and Valkey that come with the package, run as children of this process.

They live in one folder, answer on Unix sockets only, and stop when the process that started them
ends, however it ends. Linux only.
"""

from pricebook.embedded.process import end_of, spawn
from pricebook.embedded.server import Server
from pricebook.embedded.supervisor import (
    Endpoints,
    Supervisor,
    require_not_up,
    servers,
    supervise,
)

__all__ = [
    "Endpoints",
    "Server",
    "Supervisor",
    "end_of",
    "require_not_up",
    "servers",
    "spawn",
    "supervise",
]
