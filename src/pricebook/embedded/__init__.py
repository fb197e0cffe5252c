"""PostgreSQL and Valkey that come with the package, run as children of this process.

They live in one folder, answer on Unix sockets only, and stop when the process that started them
ends, however it ends. Linux only.
"""

from pricebook.embedded.process import spawn
from pricebook.embedded.supervisor import Endpoints, Supervisor, servers, supervise

__all__ = ["Endpoints", "Supervisor", "servers", "spawn", "supervise"]
