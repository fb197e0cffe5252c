"""What changed since a preview was read, so that it is out of date and not applied."""

from typing import NamedTuple

import msgspec

from pricebook.db.database import Connection
from pricebook.imports import preview_repository
from pricebook.imports.preview_basis import (
    BasisChange,
    current_config,
    describe_changes,
    list_basis_changes,
)
from pricebook.imports.preview_options import Patch
from pricebook.imports.preview_schemas import Preview, PreviewResult, PreviewTask
from pricebook.suppliers.schemas import Supplier

IMPORTED = "Another price list of the supplier was imported, or one was undone, since"
EARLIER_RELEASE = "The price list was read by an earlier release of Pricebook"


class PreviewChanges(NamedTuple):
    """Whether another list was imported since, the changed settings and rates, or if all is old.

    `is_of_earlier_release`: with which settings it was read, or what was understood, is not known.
    """

    is_imported: bool = False
    basis: tuple[BasisChange, ...] = ()
    is_of_earlier_release: bool = False

    @property
    def sentence(self) -> str | None:
        """Why the preview is out of date, without a full stop; None if it is not."""
        if self.basis:
            names = describe_changes(self.basis)
            return f"{names} changed since the price list was read"
        if self.is_imported:
            return IMPORTED
        return EARLIER_RELEASE if self.is_of_earlier_release else None


class PreviewState(NamedTuple):
    """A preview, its result once it was read, and the task that imports it, if any."""

    preview: Preview
    result: PreviewResult | None
    task: PreviewTask | None
    changes: PreviewChanges

    @property
    def is_outdated(self) -> bool:
        """Whether the preview has to be read again before it is applied."""
        return self.changes.sentence is not None


def result_of(preview: Preview) -> PreviewResult | None:
    """Return the result of a preview, None before it was read."""
    return msgspec.convert(preview.result, PreviewResult) if preview.result else None


async def find_changes(
    conn: Connection, preview: Preview, result: PreviewResult | None, supplier: Supplier | None
) -> PreviewChanges:
    """Return what changed since a preview was read; of a refused one, settings and rates only."""
    is_compared = preview.state != "refused"
    basis = result and result.basis
    changes = (
        await list_basis_changes(
            conn, preview.config, basis, supplier, new_layout=preview.new_layout
        )
        if basis and supplier
        else []
    )
    return PreviewChanges(
        is_compared and await preview_repository.is_outdated(conn, preview.id),
        tuple(changes),
        is_compared and not (basis and result and result.understood),
    )


def with_current_settings(preview: Preview, supplier: Supplier | None) -> Patch:
    """Return the options of a preview with the settings of its supplier that changed since."""
    result = result_of(preview)
    basis = result and result.basis
    return current_config(preview.config, basis, supplier) if supplier else preview.config
