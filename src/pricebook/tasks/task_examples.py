"""Examples of tasks for the OpenAPI document."""

from typing import Any

ID = "e4b0a6d1-52a7-4a43-b1cf-0c5fbd6a8e90"
SUPPLIER_ID = "2c9a7e10-0f5d-4f0a-8a51-6e3b9d7c4f18"
ENQUEUED_AT = "2026-03-01T06:14:52.120733Z"
COMPLETED_AT = "2026-03-01T06:14:55.518204Z"
COUNTS = {
    "new": 3,
    "changed": 12,
    "unchanged": 290,
    "absent": 1,
    "rejected": 2,
    "duplicate": 0,
    "quarantined": 1,
    "stock_updated": 29,
}
ACCEPTED: dict[str, Any] = {
    "task_id": ID,
    "supplier_id": SUPPLIER_ID,
    "status": "queued",
    "enqueued_at": ENQUEUED_AT,
}
FOUND: dict[str, Any] = {
    "format": "csv",
    "encoding": "utf-8",
    "delimiter": ";",
    "sheet": None,
    "header_row": 1,
    "columns": {"sku": "Article code", "name": "Name", "price": "Price"},
    "headers": ["Article code", "Name", "Price"],
    "kinds": ["codes", "texts", "money"],
    "by_content": [],
    "characteristic_columns": [],
    "currency": "USD",
    "numbers": {"decimal_marks": ["."], "grouping_marks": [], "remembered": False},
}
PROFILE_SENTENCE = (
    'Price from column C "Price": USD (assumed: the list names no currency), VAT not stated;'
    ' code from A "Article code", name from B "Name"; 335 articles.'
)
TASK: dict[str, Any] = {
    "id": ID,
    "supplier_id": SUPPLIER_ID,
    "supplier_name": "Nordwerk",
    "parser_type": "csv",
    "source_config": {"file_path": "uploaded/6f1c0d52", "delimiter": ";"},
    "file_name": "nordwerk march.csv",
    "create_products": False,
    "new_layout": False,
    "corrections_of": None,
    "undo_of": None,
    "undo": None,
    "undone_by": None,
    "average_price_change": 1.24,
    "state": "partially_succeeded",
    "requested_by": "admin",
    "request_id": "8f14e45f-ceea-467f-9575-0a5b7c2d1e90",
    "reason": "New prices from 1 March.",
    "enqueued_at": ENQUEUED_AT,
    "started_at": "2026-03-01T06:14:52.301982Z",
    "completed_at": COMPLETED_AT,
    "next_attempt_at": ENQUEUED_AT,
    "retry_count": 0,
    "max_retries": 3,
    "cancelled_by": None,
    "stage": "merging",
    "rows_read": 340,
    "rows_total": 340,
    "errors": [],
    "warnings": [
        (
            "72 of 302 prices change by more than a factor of 1.25, most that of A-17: from 8.00 to"
            " 11.50."
        )
    ],
    "row_error_counts": {"missing_price": 2},
    "held_since": None,
    "later_held": 0,
    "awaits_comparison": False,
    "held_reasons": [],
    "decided_by": None,
    "decided_at": None,
    "decision_reason": None,
    "found": FOUND,
    "profile_sentence": PROFILE_SENTENCE,
    "counts": {**COUNTS, "ignored": 3},
    "result": {
        "task_id": ID,
        "status": "success",
        "items_processed": 334,
        "errors": [],
        "completed_at": COMPLETED_AT,
        **COUNTS,
    },
}
CANCELLED: dict[str, Any] = TASK | {
    "state": "failed",
    "cancelled_by": "admin",
    "found": None,
    "profile_sentence": None,
    "errors": ["Cancelled by admin."],
    "warnings": [],
    "counts": dict.fromkeys(TASK["counts"], 0),
    "result": TASK["result"]
    | {"status": "failed", "items_processed": 0, "errors": ["Cancelled by admin."]}
    | dict.fromkeys(COUNTS, 0),
}
APPLICATION: dict[str, Any] = {"left_out_codes": ["HAM-0107"]}
REFUSAL: dict[str, Any] = {"reason": "The supplier sent the list of another shop."}
HELD_REASON = "The median price changes by a factor of 2.4, the threshold is 2."
REFUSED: dict[str, Any] = TASK | {
    "state": "refused",
    "errors": [f"Refused by admin: {REFUSAL['reason']}"],
    "warnings": [],
    "held_reasons": [HELD_REASON],
    "decided_by": "admin",
    "decided_at": COMPLETED_AT,
    "decision_reason": REFUSAL["reason"],
    "result": TASK["result"]
    | {
        "status": "failed",
        "items_processed": 0,
        "errors": [f"Refused by admin: {REFUSAL['reason']}"],
    },
}
ROW_ERROR: dict[str, Any] = {
    "row_number": 17,
    "error_type": "missing_price",
    "error_message": "The price is missing.",
    "row_data": ["NW-20417", "Claw hammer 20oz", ""],
    "corrected_by": None,
}
