"""The SQL by which price lists of a supplier follow each other."""

from typing import LiteralString

# An upload is as old as its first task, a fetched price list as its latest request; corrections are
# as old as the price list that they correct.
REQUESTED_AT: LiteralString = """
    CASE WHEN {task}.file_name IS NULL THEN {task}.enqueued_at ELSE {task}.created_at END
"""
# Whether `later` is an imported price list of the supplier of `task`, and a later one.
IS_LATER: LiteralString = """
    later.supplier_id = task.supplier_id
    AND later.state IN ('succeeded', 'partially_succeeded')
    AND later.corrections_of IS NULL AND later.undo_of IS NULL AND later.undone_by IS NULL
    AND {later_requested_at} > {requested_at}
""".format(
    later_requested_at=REQUESTED_AT.format(task="later"),
    requested_at=REQUESTED_AT.format(task="task"),
)
# Whether no later price list of the supplier of `task` was imported.
IS_LATEST: LiteralString = f"NOT EXISTS (SELECT FROM ingestion_tasks AS later WHERE {IS_LATER})"
