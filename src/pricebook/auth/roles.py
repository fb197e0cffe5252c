"""Who may call what under /api/v1/admin: the one table of rights."""

import re
from functools import lru_cache

from pricebook.auth.schemas import Role

PREFIX = "/api/v1/admin"

ALL: frozenset[Role] = frozenset({"sales", "procurement", "admin"})
EDITORS: frozenset[Role] = frozenset({"procurement", "admin"})
ADMIN: frozenset[Role] = frozenset({"admin"})

# Paths below PREFIX; a parameter is written {id} whatever its route calls it.
MAY_CALL: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/products"): ALL,
    ("GET", "/products/{id}"): ALL,
    ("POST", "/products"): EDITORS,
    ("PATCH", "/products/{id}"): ALL,  # sales: the target price only, which the service holds
    ("PATCH", "/products/{id}/match"): EDITORS,
    ("GET", "/categories"): ALL,
    ("POST", "/categories"): EDITORS,
    ("PATCH", "/categories/{id}"): EDITORS,
    ("DELETE", "/categories/{id}"): EDITORS,
    ("GET", "/suppliers/unmatched"): EDITORS,
    ("GET", "/suppliers"): ALL,
    ("POST", "/suppliers"): ADMIN,
    ("GET", "/suppliers/{id}"): ALL,
    ("PATCH", "/suppliers/{id}"): ADMIN,
    ("DELETE", "/suppliers/{id}"): ADMIN,
    ("GET", "/supplier-items/{id}/price-history"): ALL,
    ("POST", "/suppliers/{id}/upload"): ADMIN,
    ("POST", "/sync"): ADMIN,
    ("GET", "/tasks"): ADMIN,
    ("GET", "/tasks/{id}"): ADMIN,
    ("GET", "/tasks/{id}/errors"): ADMIN,
    ("POST", "/tasks/{id}/retry"): ADMIN,
    ("POST", "/tasks/{id}/apply"): ADMIN,
    ("POST", "/tasks/{id}/cancel"): ADMIN,
}


@lru_cache
def find_roles(method: str, path_template: str) -> frozenset[Role] | None:
    """Find the roles that may call a route under PREFIX, None when the table has no row for it."""
    below = re.sub(r"\{[^}]+\}", "{id}", path_template.removeprefix(PREFIX))
    return MAY_CALL.get((method, below))
