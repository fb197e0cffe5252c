"""What imports of own products need of their process."""

from pathlib import Path

from msgspec import Struct

from pricebook.db.database import Database
from pricebook.imports.configuration import parser_limits_of
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_request import ReadLimits
from pricebook.settings import Settings


class ImportContext(Struct, frozen=True):
    """What an import needs: database, parser processes, uploads, catalog currency and limits."""

    database: Database
    parser_pool: ParserPool
    uploads: Path
    currency: str
    limits: ReadLimits


def import_context_of(
    settings: Settings, database: Database, parser_pool: ParserPool
) -> ImportContext:
    """Return what imports need, by the settings."""
    limits = parser_limits_of(settings)
    return ImportContext(database, parser_pool, settings.uploads, settings.catalog_currency, limits)
