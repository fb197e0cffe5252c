"""Importing price lists: requests for an import, and the import itself.

Requests, in the API process: `routes` → `service` → `upload_limits` and `upload_folder` (the file
of an upload) → a task in the queue. `schedule_repository` has the next sync of each supplier.

The import, in the worker process: `runner` (from the task to an import request) → `importer` (reads
the price list in a parser process and stages its rows) → `merge` (compares them with the supplier's
items; applies, holds or rejects the price list) → `merge_repository` and `row_error_repository`.
"""
