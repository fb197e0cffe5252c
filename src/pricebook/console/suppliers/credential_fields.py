"""The credentials of a supplier's address as their form has them, and back."""

from collections.abc import Mapping
from typing import Any, get_args

import msgspec

from pricebook.console.page_texts import load_texts
from pricebook.errors import ValidationError
from pricebook.http.json_body import decode_body
from pricebook.suppliers.credential_schemas import CredentialKind, NewCredentials
from pricebook.suppliers.credentials import is_for_address, origin_of
from pricebook.suppliers.revisions import credentials_revision
from pricebook.suppliers.schemas import SupplierOverview

PREFIX = "credentials_"
KINDS = get_args(CredentialKind)
KIND, NAME, SECRET, BEFORE = (PREFIX + name for name in ("kind", "name", "secret", "before"))

Issues = dict[str, str]


def credential_fields(supplier: SupplierOverview) -> dict[str, str]:
    """Return the fields of stored credentials; the secret is never among them."""
    before = credentials_revision(supplier)
    stored = supplier.credentials
    if stored is None:
        return {KIND: KINDS[0], NAME: "", BEFORE: before}
    return {KIND: stored.kind, NAME: stored.name or "", BEFORE: before}


def credential_values(
    supplier: SupplierOverview | None, typed: Mapping[str, str], issues: Issues
) -> dict[str, Any]:
    """Return what the template shows: kind and name as typed, what is stored, and issues."""
    if supplier is None:
        typed = {KIND: "", NAME: "", **typed}
        return {"credentials": {"kinds": KINDS, "typed": typed, "issues": issues}}
    stored = credential_fields(supplier)
    return {
        "credentials": {
            "kinds": KINDS,
            "typed": {name: typed.get(name, stored[name]) for name in (KIND, NAME)},
            "before": stored[BEFORE],
            "issues": issues,
            "stored": supplier.credentials,
            "origin": origin_of(supplier.source_config.get("url")),
            "is_sent": is_for_address(supplier),
        }
    }


def keeps_stored_secret(typed: Mapping[str, str], supplier: SupplierOverview) -> bool:
    """Return whether a form without a secret leaves the stored credentials as they are."""
    stored = credential_fields(supplier)
    return (
        not typed.get(SECRET)
        and is_for_address(supplier)
        and typed.get(KIND) == stored[KIND]
        and (typed.get(NAME, "").strip() == stored[NAME] or stored[KIND] == "bearer")
    )


def read_new_credentials(
    typed: Mapping[str, str], url: str | None
) -> tuple[NewCredentials | None, Issues]:
    """Return the credentials that were typed for the address of a new supplier.

    None without any; None and the issues by field if they are refused.
    """
    given = [name for name in (NAME, SECRET) if typed.get(name)]
    if not typed.get(KIND):
        return None, {KIND: load_texts()("suppliers.credentials_kind_missing")} if given else {}
    new, issues = read_credentials(typed)
    if not typed.get(SECRET):
        issues[SECRET] = load_texts()("suppliers.credentials_secret_needed")
    if origin_of(url) is None:
        issues = {"url": load_texts()("suppliers.credentials_of_no_address"), **issues}
    return (None if issues else new), issues


def require_secret_again(typed: Mapping[str, str], issues: Issues) -> Issues:
    """Return the issues of a refused form, and that a secret that was typed is not sent back."""
    if not issues or not typed.get(SECRET):
        return issues
    return {SECRET: load_texts()("suppliers.credentials_retype_secret"), **issues}


def read_credentials(typed: Mapping[str, str]) -> tuple[NewCredentials | None, Issues]:
    """Return what was typed, or None and the issues by field.

    A bearer token has no name. Spaces around a token or a value come from copying it.
    """
    kind, secret = typed.get(KIND, ""), typed.get(SECRET, "")
    name = typed.get(NAME, "").strip() if kind != "bearer" else ""
    body = {
        "kind": kind,
        "name": name or None,
        "secret": secret if kind == "basic" else secret.strip(),
    }
    try:
        return decode_body(NewCredentials, msgspec.json.encode(body)), {}
    except ValidationError as error:
        return None, {PREFIX + each.field: each.issue for each in error.issues}
