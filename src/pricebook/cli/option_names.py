"""Errors about fields of the API, with the options of a command in place of the fields."""

import sys

from cyclopts import App

from pricebook.errors import FieldIssue, ValidationError

# The options for a field, the most likely first, where they have other names than the field.
OPTIONS = {
    "as_of": ("TIME",),
    "batch_id": ("--batch",),
    "category_id": ("--of-category", "--category"),
    "contact_email": ("--email",),
    "decisions": ("PAIRS", "ARTICLES", "FILE"),
    "entity_id": ("--entity",),
    "expected_count": ("--expect",),
    "expires_at": ("--days",),
    "import_id": ("--task",),
    "internal_sku": ("--sku",),
    "is_priced": ("--priced",),
    "is_active": ("--active",),
    "name": ("--new-name", "--rename"),
    "percent": ("--markup", "--margin"),
    "product_id": ("--product",),
    "request_id": ("--request",),
    "source_config": ("--set",),
    "source_type": ("--type",),
    "status": ("--of-status",),
    "supplier_id": ("--of-supplier", "--supplier"),
    "supplier_item_id": ("--item", "ITEMS"),
    "supplier_item_ids": ("ITEMS",),
    "target_price": ("--price",),
    "target_price_percent": ("--target-price",),
    "task_id": ("--task",),
    "types": ("--type",),
}
WHOLE = {"(all)", "changes"}


def describe_error(app: App, error: ValidationError) -> str:
    """Return an error of the command that `sys.argv` names as a sentence about its options."""
    if not error.issues:
        return error.message
    names = _names_of_options(app)
    return f"{'; '.join(_describe(issue, names) for issue in error.issues)}."


def _names_of_options(app: App) -> set[str]:
    """Return the names of the options (`--since`) and arguments (`NAME`) of the command."""
    _, apps, _ = app.parse_commands()
    return {name for each in apps[-1].assemble_argument_collection() for name in each.names}


def _describe(issue: FieldIssue, names: set[str]) -> str:
    if issue.field in WHOLE:
        return f"The command {issue.issue}"
    path, _, field = issue.field.rpartition(".")
    candidates = (
        *OPTIONS.get(path, ()),
        *OPTIONS.get(field, ()),
        f"--{field.replace('_', '-')}",
        field.upper(),
    )
    known = [each for each in candidates if each in names]
    words = {word.partition("=")[0] for word in sys.argv}
    option = next((each for each in known if each in words), known[0] if known else issue.field)
    return f"{option} {field}: {issue.issue}" if option == "--set" else f"{option}: {issue.issue}"
