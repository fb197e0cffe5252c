"""What the reader of a notice can do about a price list, by the rights of the reader's role.

Lists lead to pages of the console if its address is known, else to commands: only for admins, as
others have no access to these.
"""

import re

from msgspec import Struct

from pricebook.auth.schemas import Role
from pricebook.notices.schemas import Notice, NoticeKind

COMMANDS: dict[NoticeKind, str] = {
    "held": "`pricebook tasks show {id}`, then `pricebook tasks apply {id}` or"
    ' `pricebook tasks refuse {id} --reason "..."`',
    "failed": "`pricebook tasks show {id}`, `pricebook tasks errors {id}`, then"
    " `pricebook tasks retry {id}`",
    "late": "",
    "unusual": "`pricebook tasks show {id}`; if it is wrong: `pricebook tasks undo {id} --dry-run`,"
    " then without `--dry-run`",
    "quarantined": "`pricebook quarantine list`, then `pricebook quarantine accept` or"
    " `pricebook quarantine refuse` with the ids of rows",
}
ON_PAGES: dict[NoticeKind, str] = {
    "held": "look at it, then apply or refuse it, on its page above.",
    "failed": "look at it and its rejected rows on its page above. Correct the list or the"
    " supplier's settings,\nthen retry it there or import the list again: {pages}/imports/new",
    "late": "request the list from the supplier and import it: {pages}/imports/new\nIf the"
    " supplier's rhythm has changed, change when its lists are late in its settings.",
    "unusual": "look at it, and undo it if it is wrong, on its page above.",
    "quarantined": "accept or refuse the rows on the page above; until then their items keep their"
    " prices.",
}
BY_COMMANDS: dict[NoticeKind, str] = {
    "held": "look at it, then apply or refuse it, by its commands above. By the API:"
    " GET /api/v1/admin/tasks/{id}, POST\n/api/v1/admin/tasks/{id}/apply or /refuse.",
    "failed": "look at it and its rejected rows by its commands above. Correct the list"
    " or the supplier's settings\n(`pricebook suppliers set`), then retry it or send the list"
    " again. By the API: GET /api/v1/admin/tasks/{id}, POST\n/api/v1/admin/tasks/{id}/retry.",
    "late": "request the list from the supplier and import it: `pricebook import FILE"
    " --supplier NAME`. If the\nsupplier's rhythm has changed: `pricebook suppliers set NAME --set"
    " late_after_days=DAYS` (0: never late).",
    "unusual": "look at it, and undo it if it is wrong, by its commands above. By the"
    " API: GET\n/api/v1/admin/price-changes?import_id={id}, POST /api/v1/admin/tasks/{id}/undo.",
    "quarantined": "accept or refuse the rows by the commands above; until then their items keep"
    " their prices. By the API:\nGET /api/v1/admin/quarantined-rows, POST"
    " /api/v1/admin/quarantined-rows/accept or /refuse.",
}
FOR_PROCUREMENT: dict[NoticeKind, str] = {
    "held": "an admin applies or refuses it; until then the prices stay as they are. If the list is"
    " wrong, request a\ncorrected one from the supplier and import it{new_import}",
    "failed": "an admin can retry it, and change the settings of the supplier. If the list is"
    " wrong, correct it and\nimport it again{new_import}",
    "late": "request the list from the supplier and import it{new_import}\nAn admin can change when"
    " the lists of the supplier are late.",
    "unusual": "look at its price changes{changes}. If they are wrong, an admin can undo it.",
    "quarantined": "accept or refuse the rows, which the start page of the console lists;"
    " until then their items\nkeep their prices.",
}
FOR_SALES: dict[NoticeKind, str] = {
    "held": "an admin applies or refuses it; until then the prices stay as they are.",
    "failed": "procurement corrects the list and imports it again, or an admin retries it.",
    "late": "procurement requests the list from the supplier.",
    "unusual": "look at its price changes{changes}. If they are wrong, an admin can undo it.",
    "quarantined": "procurement accepts or refuses the rows; until then their items keep their"
    " prices.",
}
# What a reason advises that only admins may do: a command, or a route of the API instead of it.
_COMMAND = r"`pricebook [^`]*`(?: or [A-Z]+ /\S*?(?=[,.;]?(?:\s|$)))?"
_SET_RATE = re.compile(rf"set one with {_COMMAND}")
_OTHER = re.compile(_COMMAND)
FOOTER = (
    "--\nPricebook sends this to {email} because an administrator chose you for these notices."
    " {change}\n"
)


class Reader(Struct, frozen=True):
    """Who receives a mail; `public_url` is the address of the console, None if it is not known."""

    email: str
    role: Role
    public_url: str | None = None

    @property
    def pages(self) -> str | None:
        """The address of the pages for staff."""
        return f"{self.public_url}/console" if self.public_url else None


def describe_access(notice: Notice, reader: Reader) -> str:
    """Return the page of a list that the reader may open, or commands; an empty text for none."""
    if not reader.pages:
        return COMMANDS[notice.kind].format(id=notice.task_id) if reader.role == "admin" else ""
    if reader.role == "admin" and notice.kind != "late":
        return f"{reader.pages}/imports/{notice.task_id}"
    if notice.kind == "unusual":
        return f"{reader.pages}/price-changes?import_id={notice.task_id}"
    return f"{reader.pages}/suppliers/{notice.supplier_id}"


def reason_for(reason: str, reader: Reader) -> str:
    """Return a reason without commands and routes, unless the reader is an admin."""
    if reader.role == "admin":
        return reason
    return _OTHER.sub("a command for admins", _SET_RATE.sub("an admin sets one", reason))


def advise(kind: NoticeKind, reader: Reader) -> str:
    """Return what the reader can do about the lists of a kind."""
    pages = reader.pages
    if reader.role == "admin":
        advice = ON_PAGES[kind].format(pages=pages) if pages else BY_COMMANDS[kind]
    else:
        texts = FOR_PROCUREMENT if reader.role == "procurement" else FOR_SALES
        advice = texts[kind].format(
            new_import=f": {pages}/imports/new" if pages else " in the console.",
            changes=" on the page above" if pages else " in the console",
        )
    return f"What to do: {advice}"


def describe_reason_of_mail(reader: Reader) -> str:
    """Return why the reader gets a mail, and who can change that."""
    change = "Administrators change or stop them."
    if reader.role == "admin":
        change = (
            f"Change that on {reader.pages}/administration/notices"
            if reader.pages
            else "`pricebook notices set`\nand `pricebook notices remove` change that."
        )
    return FOOTER.format(email=reader.email, change=change)
