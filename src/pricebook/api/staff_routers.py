"""The routes under /api/v1/admin; each needs a row in auth/roles.py."""

from litestar import Router

from pricebook.audit import routes as audit
from pricebook.auth import key_routes as api_keys
from pricebook.auth import user_routes as users
from pricebook.categories import routes as categories
from pricebook.diagnostics import routes as diagnostics
from pricebook.events import routes as events
from pricebook.imports import held_change_routes
from pricebook.imports import routes as sync
from pricebook.matching import routes as matching
from pricebook.notices import routes as notices
from pricebook.prices import routes as prices
from pricebook.pricing_rules import routes as pricing_rules
from pricebook.product_batches import left_out_routes
from pricebook.product_batches import routes as product_batches
from pricebook.product_imports import routes as product_imports
from pricebook.products import routes as products
from pricebook.quarantine import routes as quarantine
from pricebook.rates import routes as rates
from pricebook.suppliers import listed_item_routes
from pricebook.suppliers import routes as suppliers
from pricebook.tasks import routes as tasks
from pricebook.undo import routes as undo
from pricebook.webhooks import routes as webhooks

STAFF_ROUTERS: list[Router] = [
    products.router,
    product_imports.router,
    product_batches.router,
    left_out_routes.router,
    pricing_rules.router,
    categories.router,
    suppliers.router,
    listed_item_routes.router,
    prices.router,
    rates.router,
    sync.router,
    tasks.router,
    undo.router,
    held_change_routes.router,
    quarantine.router,
    matching.router,
    audit.router,
    users.router,
    api_keys.router,
    events.router,
    webhooks.router,
    notices.router,
    diagnostics.router,
]
