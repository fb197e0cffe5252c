"""Fetches exchange rates once a day, and keeps prices at the rates of the day."""

import time
from datetime import UTC, date, datetime, timedelta

import structlog

from pricebook.db.database import Database
from pricebook.errors import PricebookError
from pricebook.pricelists.isolation.rate_reader import read_rates
from pricebook.pricelists.schemas.read_request import HttpsSource
from pricebook.pricelists.sources.public_addresses import parse_https_url
from pricebook.rates import service as rates
from pricebook.rates.service import RateContext
from pricebook.settings import Settings

log = structlog.stdlib.get_logger(__name__)

# The European Central Bank publishes the rates of a working day at about 16:00 in Frankfurt.
FETCH_HOUR_UTC = 16
FIRST_RETRY_SECONDS = 60.0
MAX_RETRY_SECONDS = 3600.0


class RateUpdates:
    """Fetches the rates of EXCHANGE_RATES_URL, and re-computes prices when a day begins.

    A failure is logged once, and tried again after 1 minute, then 2, 4, … up to 60 minutes.
    `fetch_at` is the time of the next fetch, None at the start; `retry_at` is that of the next
    attempt on the monotonic clock; `recomputed_on` is the day whose rates the prices have.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        self._url = settings.exchange_rates_url
        self._allow_private = settings.allow_private_urls
        self._context = RateContext(database, settings.rate_max_age_days)
        self.recomputed_on: date | None = None
        self.fetch_at: datetime | None = None
        self._failures = 0
        self.retry_at = float("-inf")

    async def update(self) -> None:
        """Do what is due; raises DatabaseUnavailableError, after which it is due again.

        Prices are re-computed at the start, after a fetch, and when a day begins: a rate that was
        stored with a later date holds from that day on.
        """
        now = datetime.now(UTC)
        if self._url is not None and time.monotonic() >= self.retry_at:
            await self._fetch_if_due(self._url, now)
        if self.recomputed_on != now.date():
            items = await rates.recompute_prices(self._context)
            self.recomputed_on = now.date()
            if items:
                log.info("prices re-computed", items=items)

    async def _fetch_if_due(self, url: str, now: datetime) -> None:
        """Fetch at the start and once a day, unless the rates of today are stored already."""
        if self.fetch_at is not None and now < self.fetch_at:
            return
        source_name = parse_https_url(url).display_url
        if await rates.find_newest_date(self._context.database, source_name) != now.date():
            try:
                await self._fetch(url, source_name)
            except Exception as error:  # noqa: BLE001 (a bug must not end the worker)
                self._record_failure(source_name, error)
                return
        if self._failures:
            log.info("exchange rates are fetched again", source=source_name)
        self._failures = 0
        self.fetch_at = next_fetch_time(now)

    async def _fetch(self, url: str, source_name: str) -> None:
        fetched = await read_rates(HttpsSource(url, self._allow_private))
        changes = await rates.add_reference_rates(self._context.database, fetched, source_name)
        self.recomputed_on = None
        log.info(
            "exchange rates fetched",
            source=source_name,
            newest=str(max(rate.day for rate in fetched)),
            inserted=changes.inserted,
            changed=changes.changed,
        )

    def _record_failure(self, source_name: str, error: Exception) -> None:
        delay = min(FIRST_RETRY_SECONDS * 2**self._failures, MAX_RETRY_SECONDS)
        self.retry_at = time.monotonic() + delay
        if not self._failures:
            reason = error.message if isinstance(error, PricebookError) else repr(error)
            log.warning("exchange rates cannot be fetched", source=source_name, reason=reason)
        self._failures += 1


def next_fetch_time(now: datetime) -> datetime:
    """Return the next time of the daily fetch, later than `now`."""
    today = now.replace(hour=FETCH_HOUR_UTC, minute=0, second=0, microsecond=0)
    return today if now < today else today + timedelta(days=1)
