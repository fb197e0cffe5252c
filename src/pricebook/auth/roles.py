"""The table of permissions: which roles may call which route under /api/v1/admin."""

import re
from functools import lru_cache
from typing import get_args

from pricebook.auth.schemas import Role

PREFIX = "/api/v1/admin"

ALL_ROLES: frozenset[Role] = frozenset({"sales", "procurement", "admin"})
EDITOR_ROLES: frozenset[Role] = frozenset({"procurement", "admin"})
ADMIN_ROLES: frozenset[Role] = frozenset({"admin"})

# Paths below PREFIX; every path parameter is written {id}.
PERMISSIONS: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/products"): ALL_ROLES,
    ("GET", "/products/export"): ALL_ROLES,
    ("GET", "/products/import-file"): ALL_ROLES,
    ("POST", "/products/import"): EDITOR_ROLES,
    ("GET", "/product-imports"): EDITOR_ROLES,
    ("GET", "/product-imports/{id}"): EDITOR_ROLES,
    ("GET", "/product-imports/{id}/rows"): EDITOR_ROLES,
    ("GET", "/product-imports/{id}/rejected/export"): EDITOR_ROLES,
    ("POST", "/product-batches"): ALL_ROLES,  # sales: target_price only, checked by the service
    ("GET", "/product-batches"): ALL_ROLES,
    ("GET", "/product-batches/{id}"): ALL_ROLES,
    ("GET", "/product-batches/{id}/changes"): ALL_ROLES,
    ("GET", "/product-batches/{id}/left-out"): ALL_ROLES,
    ("GET", "/product-batches/{id}/left-out/export"): ALL_ROLES,
    ("POST", "/product-batches/{id}/apply"): ALL_ROLES,  # as above
    ("POST", "/product-batches/{id}/undo"): ALL_ROLES,  # as above
    ("GET", "/pricing-rules"): ALL_ROLES,
    ("POST", "/pricing-rules"): ALL_ROLES,
    ("GET", "/pricing-rules/{id}"): ALL_ROLES,
    ("PATCH", "/pricing-rules/{id}"): ALL_ROLES,
    ("DELETE", "/pricing-rules/{id}"): ALL_ROLES,
    ("POST", "/pricing-rules/preview"): ALL_ROLES,
    ("GET", "/products/{id}"): ALL_ROLES,
    ("GET", "/products/{id}/prices"): ALL_ROLES,
    ("GET", "/products/{id}/price-series"): ALL_ROLES,
    ("GET", "/price-changes"): ALL_ROLES,
    ("GET", "/price-changes/export"): ALL_ROLES,
    ("GET", "/price-changes/suppliers"): ALL_ROLES,
    ("GET", "/price-changes/suppliers/export"): ALL_ROLES,
    ("POST", "/products"): EDITOR_ROLES,
    ("PATCH", "/products/{id}"): ALL_ROLES,  # sales: target_price only, checked by the service
    ("PATCH", "/products/{id}/match"): EDITOR_ROLES,
    ("GET", "/products/{id}/audit"): ALL_ROLES,
    ("GET", "/categories"): ALL_ROLES,
    ("POST", "/categories"): EDITOR_ROLES,
    ("PATCH", "/categories/{id}"): EDITOR_ROLES,
    ("DELETE", "/categories/{id}"): EDITOR_ROLES,
    ("POST", "/categories/{id}/merge"): EDITOR_ROLES,
    ("GET", "/suppliers/unmatched"): EDITOR_ROLES,
    ("GET", "/suppliers"): ALL_ROLES,
    ("POST", "/suppliers"): ADMIN_ROLES,
    ("GET", "/suppliers/{id}"): ALL_ROLES,
    ("PATCH", "/suppliers/{id}"): ADMIN_ROLES,
    ("DELETE", "/suppliers/{id}"): ADMIN_ROLES,
    ("PUT", "/suppliers/{id}/credentials"): ADMIN_ROLES,
    ("DELETE", "/suppliers/{id}/credentials"): ADMIN_ROLES,
    ("GET", "/suppliers/{id}/items"): ALL_ROLES,
    ("GET", "/supplier-items/{id}/price-history"): ALL_ROLES,
    ("GET", "/supplier-items/{id}/audit"): EDITOR_ROLES,
    ("POST", "/suppliers/{id}/upload"): EDITOR_ROLES,
    ("GET", "/exchange-rates"): ALL_ROLES,
    ("POST", "/exchange-rates"): ADMIN_ROLES,
    ("GET", "/users"): ADMIN_ROLES,
    ("POST", "/users"): ADMIN_ROLES,
    ("GET", "/users/{id}"): ADMIN_ROLES,
    ("PATCH", "/users/{id}"): ADMIN_ROLES,
    ("POST", "/users/{id}/sign-out"): ADMIN_ROLES,
    ("GET", "/users/{id}/sessions"): ALL_ROLES,  # others than admins: own, checked by the service
    ("DELETE", "/users/{id}/sessions/{id}"): ALL_ROLES,  # as above
    ("GET", "/api-keys"): ADMIN_ROLES,
    ("POST", "/api-keys"): ADMIN_ROLES,
    ("GET", "/api-keys/{id}"): ADMIN_ROLES,
    ("DELETE", "/api-keys/{id}"): ADMIN_ROLES,
    ("POST", "/sync"): ADMIN_ROLES,
    ("GET", "/tasks"): ADMIN_ROLES,
    ("GET", "/tasks/own"): EDITOR_ROLES,
    ("GET", "/tasks/{id}"): EDITOR_ROLES,  # procurement: own, checked by require_own_task
    ("GET", "/tasks/{id}/errors"): EDITOR_ROLES,  # as above
    ("GET", "/tasks/{id}/errors/export"): EDITOR_ROLES,  # as above
    ("GET", "/tasks/{id}/changes"): EDITOR_ROLES,  # as above
    ("GET", "/tasks/{id}/file"): EDITOR_ROLES,  # as above
    ("POST", "/tasks/{id}/undo"): ADMIN_ROLES,
    ("GET", "/tasks/{id}/left"): EDITOR_ROLES,  # as above
    ("POST", "/tasks/{id}/retry"): ADMIN_ROLES,
    ("POST", "/tasks/{id}/apply"): ADMIN_ROLES,
    ("POST", "/tasks/{id}/refuse"): ADMIN_ROLES,
    ("POST", "/tasks/{id}/cancel"): ADMIN_ROLES,
    ("GET", "/quarantined-rows"): EDITOR_ROLES,
    ("POST", "/quarantined-rows/accept"): EDITOR_ROLES,
    ("POST", "/quarantined-rows/refuse"): EDITOR_ROLES,
    ("GET", "/matches"): EDITOR_ROLES,
    ("POST", "/matches/run"): EDITOR_ROLES,
    ("GET", "/matches/runs"): EDITOR_ROLES,
    ("GET", "/matches/runs/{id}"): EDITOR_ROLES,
    ("POST", "/matches/bulk"): EDITOR_ROLES,
    ("POST", "/matches/products"): EDITOR_ROLES,
    ("GET", "/matches/summary"): EDITOR_ROLES,
    ("GET", "/matches/decisions"): EDITOR_ROLES,
    ("GET", "/matches/batches"): EDITOR_ROLES,
    ("GET", "/matches/batches/{id}"): EDITOR_ROLES,
    ("POST", "/matches/batches/{id}/undo"): EDITOR_ROLES,
    ("GET", "/matches/models"): EDITOR_ROLES,
    ("PUT", "/matches/models/active"): EDITOR_ROLES,
    ("GET", "/suppliers/{id}/auto-link"): EDITOR_ROLES,
    ("PUT", "/suppliers/{id}/auto-link"): EDITOR_ROLES,
    ("GET", "/events"): ADMIN_ROLES,
    ("GET", "/webhooks"): ADMIN_ROLES,
    ("POST", "/webhooks"): ADMIN_ROLES,
    ("GET", "/webhooks/{id}"): ADMIN_ROLES,
    ("PATCH", "/webhooks/{id}"): ADMIN_ROLES,
    ("DELETE", "/webhooks/{id}"): ADMIN_ROLES,
    ("POST", "/webhooks/{id}/secret"): ADMIN_ROLES,
    ("POST", "/webhooks/{id}/test"): ADMIN_ROLES,
    ("GET", "/webhooks/{id}/deliveries"): ADMIN_ROLES,
    ("GET", "/webhook-deliveries/{id}"): ADMIN_ROLES,
    ("POST", "/webhook-deliveries/{id}/resend"): ADMIN_ROLES,
    ("GET", "/clusters"): EDITOR_ROLES,
    ("POST", "/clusters/{id}/product"): EDITOR_ROLES,
    ("GET", "/audit"): ADMIN_ROLES,
    ("GET", "/system"): ADMIN_ROLES,
    ("GET", "/notice-recipients"): ADMIN_ROLES,
    ("GET", "/notice-recipients/{id}"): ADMIN_ROLES,
    ("PUT", "/notice-recipients/{id}"): ADMIN_ROLES,
    ("DELETE", "/notice-recipients/{id}"): ADMIN_ROLES,
}


@lru_cache
def allowed_roles(method: str, path_template: str) -> frozenset[Role] | None:
    """Return the roles that may call a route under PREFIX, None without a row for it."""
    relative_path = re.sub(r"\{[^}]+\}", "{id}", path_template.removeprefix(PREFIX))
    return PERMISSIONS.get((method, relative_path))


def describe(roles: frozenset[Role]) -> str:
    """Return allowed roles in words: "role admin", "one of procurement, admin"."""
    names = [role for role in get_args(Role) if role in roles]
    return f"role {names[0]}" if len(names) == 1 else f"one of {', '.join(names)}"
