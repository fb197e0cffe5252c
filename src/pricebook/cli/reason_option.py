from typing import Annotated, Any

from cyclopts import Parameter

from pricebook.tasks.reasons import MAX_REASON


def _check_length(_kind: type[Any], reason: str | None) -> None:
    if reason is not None and not 1 <= len(reason) <= MAX_REASON:
        raise ValueError(f"Expected 1 to {MAX_REASON:,} characters.")


Reason = Annotated[str | None, Parameter(validator=_check_length)]
