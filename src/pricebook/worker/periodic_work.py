"""What a worker does again and again beside its tasks."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from pricebook.db.database import Database
from pricebook.events.service import place_events, set_thresholds
from pricebook.notices.sending import mail_settings, send_notices
from pricebook.settings import Settings
from pricebook.suppliers.activity import refresh_requested_products
from pricebook.suppliers.deletion import delete_marked_suppliers
from pricebook.suppliers.late_lists import find_late_lists
from pricebook.suppliers.upcoming_prices import apply_upcoming_prices
from pricebook.worker.cleanup import purge
from pricebook.worker.matching_runs import MatchingRuns
from pricebook.worker.rate_updates import RateUpdates
from pricebook.worker.webhook_delivery import WebhookDelivery

POLL_SECONDS = 1.0
UPCOMING_PRICES_INTERVAL_SECONDS = 10.0
RATES_INTERVAL_SECONDS = 30.0
NOTICES_INTERVAL_SECONDS = 5.0
LATE_LISTS_INTERVAL_SECONDS = 60.0
CLEANUP_INTERVAL_SECONDS = 3600.0

PeriodicWork = tuple[str, float, Callable[[], Awaitable[object]]]
# The event ends the pause.
NotifiedWork = tuple[str, float, Callable[[], Awaitable[object]], asyncio.Event]


def list_periodic_work(settings: Settings, database: Database) -> list[PeriodicWork]:
    """Return functions, each with its name and the seconds of the pause between two calls."""
    return [
        ("supplier_deletion", POLL_SECONDS, partial(delete_marked_suppliers, database)),
        ("product_refresh", POLL_SECONDS, partial(refresh_requested_products, database)),
        (
            "upcoming_prices",
            UPCOMING_PRICES_INTERVAL_SECONDS,
            partial(apply_upcoming_prices, database),
        ),
        ("rate_updates", RATES_INTERVAL_SECONDS, RateUpdates(settings, database).update),
        ("matching_runs", POLL_SECONDS, MatchingRuns(settings, database).run_due),
        ("event_order", POLL_SECONDS, partial(place_events, database)),
        (
            "event_thresholds",
            CLEANUP_INTERVAL_SECONDS,
            partial(
                set_thresholds, database, settings.price_jump_percent, settings.margin_below_percent
            ),
        ),
        ("late_lists", LATE_LISTS_INTERVAL_SECONDS, partial(find_late_lists, database)),
        ("webhook_delivery", POLL_SECONDS, WebhookDelivery(settings, database).run),
        (
            "notices",
            NOTICES_INTERVAL_SECONDS,
            partial(send_notices, database, mail_settings(settings)),
        ),
        ("cleanup", CLEANUP_INTERVAL_SECONDS, partial(purge, settings, database)),
    ]
