"""The texts of mails: what happened to which price lists, why, and what to do."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from shlex import quote
from typing import Any, get_args

from pricebook.notices.mail_advice import (
    Reader,
    advise,
    describe_access,
    describe_reason_of_mail,
    reason_for,
)
from pricebook.notices.schemas import Notice, NoticeKind

MAX_NAME, MAX_REASON = 200, 500
MAX_REASONS, MAX_LISTS = 5, 50
ORDER: tuple[NoticeKind, ...] = get_args(NoticeKind)
HAPPENED: dict[NoticeKind, tuple[str, str]] = {
    "held": ("is held", "are held"),
    "failed": ("failed", "failed"),
    "late": ("is late", "are late"),
    "unusual": ("is unusual", "are unusual"),
    "quarantined": ("has quarantined rows", "have quarantined rows"),
}
HEADINGS: dict[NoticeKind, str] = {
    "held": "HELD, nothing of it is applied until an admin decides:",
    "failed": "FAILED, the prices are those of the list before:",
    "late": "LATE, no price list has arrived for longer than usual:",
    "unusual": "UNUSUAL, imported although they change more than usual:",
    "quarantined": "QUARANTINED ROWS, imported but for prices that are out of line:",
}


def clean(text: str, limit: int) -> str:
    """Return a text in one line, without control characters, cut to a number of characters."""
    visible = "".join(
        " " if unicodedata.category(each)[0] in "CZ" else each for each in text[: 10 * limit]
    )
    words = " ".join(visible.split())
    return words if len(words) <= limit else words[: limit - 1] + "…"


def compose(notices: Sequence[Notice], reader: Reader) -> tuple[str, str]:
    """Return the subject and the body of a mail with at least one notice.

    Lists that have the same state for the same reason are in one section.
    """
    sections: dict[tuple[NoticeKind, tuple[str, ...]], list[Notice]] = {}
    for kind in ORDER:
        for notice in notices:
            if notice.kind == kind:
                reasons = () if kind == "late" else tuple(notice.reasons)
                sections.setdefault((kind, reasons), []).append(notice)
    parts: list[str] = []
    for kind in ORDER:
        of_kind = [(key[1], lists) for key, lists in sections.items() if key[0] == kind]
        if of_kind:
            parts.append(HEADINGS[kind])
            parts += [_section(*each, reader) for each in of_kind]
            parts.append(advise(kind, reader))
    return _subject(notices), "\n\n".join([*parts, describe_reason_of_mail(reader)])


def _subject(notices: Sequence[Notice]) -> str:
    if len(notices) == 1:
        (notice,) = notices
        name = clean(notice.supplier_name, MAX_NAME // 2)
        return f"Pricebook: the price list of {name} {HAPPENED[notice.kind][0]}"
    numbers: list[tuple[NoticeKind, int]] = [
        (kind, sum(notice.kind == kind for notice in notices)) for kind in ORDER
    ]
    counts = [f"{number} {HAPPENED[kind][number > 1]}" for kind, number in numbers if number]
    return f"Pricebook: {len(notices)} price lists: {', '.join(counts)}"


def _section(reasons: Sequence[str], lists: Sequence[Notice], reader: Reader) -> str:
    lines: list[str] = []
    for notice in lists[:MAX_LISTS]:
        lines.append(f"- {_describe(notice)}")
        if access := describe_access(notice, reader):
            lines.append(f"  {access}")
    if len(lists) > MAX_LISTS:
        lines.append(f"- and {len(lists) - MAX_LISTS} more.")
    lines += [
        f"  Why: {clean(reason_for(reason, reader), MAX_REASON)}"
        for reason in reasons[:MAX_REASONS]
    ]
    if len(reasons) > MAX_REASONS:
        lines.append(f"  and {len(reasons) - MAX_REASONS} more reasons.")
    return "\n".join(lines)


def _describe(notice: Notice) -> str:
    name, details = clean(notice.supplier_name, MAX_NAME), notice.details
    if notice.kind == "late":
        last = (
            f"last list {_time(details['last_list_at'])}" if details["last_list_at"] else "no list"
        )
        return f"{quote(name)}: {last}, expected {_time(details['expected_at'])}"
    file = clean(details["file_name"] or "", MAX_NAME)
    requester = clean(details["requested_by"] or "", MAX_NAME)
    requested = f"requested {_time(details['at'])}{' by ' if requester else ''}{requester}"
    parts = [f"task {notice.task_id}", file, requested, _change(details)]
    return f"{name}: {', '.join(filter(None, parts))}"


def _change(details: dict[str, Any]) -> str:
    """Return by how much the prices change; nothing for a list that was not compared."""
    change = details.get("average_price_change")
    return "" if change is None else f"prices {change:+g} % on average"


def _time(value: Any) -> str:
    return f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M} UTC"


def compose_test(reader: Reader) -> tuple[str, str]:
    """Return the subject and the body of a mail that shows that mails arrive."""
    return (
        "Pricebook: test of notices",
        "Notices of price lists arrive at this address.\n\n" + describe_reason_of_mail(reader),
    )
