from collections.abc import Mapping

from pricebook.console.page_texts import load_texts
from pricebook.errors import ValidationError
from pricebook.tasks.reasons import MAX_REASON


def read_reason(form: Mapping[str, str]) -> str | None:
    """Return why an import or its undo is requested, as it was typed; None without a reason.

    Raises ValidationError if it is too long.
    """
    reason = form.get("reason", "").strip()
    if len(reason) > MAX_REASON:
        raise ValidationError(load_texts()("imports.reason_too_long", n=f"{MAX_REASON:,}"))
    return reason or None
