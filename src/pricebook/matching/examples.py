"""Examples of requests and responses for the OpenAPI document."""

from typing import Any

ITEM_ID = "7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22"
PRODUCT_ID = "5b0c2f1e-8a0d-4c1e-9d55-0a6f3e2b7c11"
SUPPLIER_ID = "2c9a7e10-0f5d-4f0a-8a51-6e3b9d7c4f18"
BATCH_ID = "c1d7a3b4-6a2e-4f4e-9b1f-7b0e5a9d2c60"
ITEM: dict[str, Any] = {
    "id": ITEM_ID,
    "supplier_id": SUPPLIER_ID,
    "supplier_name": "Nordwerk",
    "supplier_sku": "NW-20417",
    "name": "DeWalt DW-745 table saw 250 mm",
    "current_price": "412.00",
    "absent_since": None,
}
MATCH_PAGE: dict[str, Any] = {
    "total_count": 1,
    "total_count_is_exact": True,
    "page": 1,
    "limit": 50,
    "next_cursor": None,
    "data": [
        {
            "supplier_item": ITEM,
            "suggestions": [
                {
                    "product_id": PRODUCT_ID,
                    "internal_sku": "SAW-745",
                    "name": "Table saw DeWalt DW745",
                    "target_price": "549.00",
                    "score": 0.97,
                    "band": "certain",
                    "reasons": ["same model number DW-745", "brand DeWalt", "250 mm in both"],
                    "objections": [],
                    "same_supplier_skus": [],
                }
            ],
        }
    ],
}
RUN: dict[str, Any] = {
    "id": "0f5cb1f0-6a37-4a52-8a4e-b5f4d6f0c7aa",
    "supplier_id": SUPPLIER_ID,
    "supplier_item_ids": None,
    "with_unchanged": True,
    "state": "succeeded",
    "requested_by": "paula",
    "created_at": "2026-03-01T06:15:00Z",
    "started_at": "2026-03-01T06:15:01Z",
    "completed_at": "2026-03-01T06:15:09Z",
    "items_total": 337,
    "items_done": 337,
    "certain": 121,
    "likely": 140,
    "possible": 52,
    "linked": 0,
    "creates_products": False,
    "created": 0,
    "error": None,
    "weights": 0,
}
ACCEPTED_RUN: dict[str, Any] = {
    "task_id": RUN["id"],
    "status": "queued",
    "enqueued_at": RUN["created_at"],
}
BULK: dict[str, Any] = {
    "decisions": [
        {"supplier_item_id": ITEM_ID, "product_id": PRODUCT_ID, "action": "accept"},
    ]
}
DECIDED: dict[str, Any] = {
    "batch_id": BATCH_ID,
    "linked": 1,
    "rejected": 0,
    "unlinked": 0,
    "dismissed": 0,
    "unchanged": 0,
    "refused": 0,
    "outcomes": [
        {
            "supplier_item_id": ITEM_ID,
            "product_id": PRODUCT_ID,
            "outcome": "linked",
            "reason": None,
            "supplier_sku": ITEM["supplier_sku"],
            "internal_sku": "SAW-745",
            "remark": "SAW-745 has other items of this supplier: NW-20416.",
        }
    ],
}
UNDONE: dict[str, Any] = {
    "batch_id": BATCH_ID,
    "unlinked": 211,
    "restored": 3,
    "relinked": 0,
    "rejected_again": 1,
    "left": [
        {
            "supplier_item_id": ITEM_ID,
            "product_id": PRODUCT_ID,
            "reason": "The link was changed after the batch.",
            "supplier_sku": ITEM["supplier_sku"],
            "internal_sku": "SAW-745",
        }
    ],
    "made_product": None,
}
BATCH: dict[str, Any] = {
    "id": BATCH_ID,
    "kind": "decisions",
    "created_by": "paula",
    "created_at": "2026-03-01T08:02:11Z",
    "undone_by": None,
    "undone_at": None,
    "linked": 212,
    "rejected": 3,
    "unlinked": 0,
    "dismissed": 0,
    "undone": 0,
    "changed": 1,
}
DECISION: dict[str, Any] = {
    "number": 4211,
    "batch_id": BATCH_ID,
    "kind": "decisions",
    "decided_by": "paula",
    "decided_at": "2026-03-01T08:02:11Z",
    "action": "accept",
    "state": "in_effect",
    "supplier_item_id": ITEM_ID,
    "supplier_id": SUPPLIER_ID,
    "supplier_name": ITEM["supplier_name"],
    "supplier_sku": ITEM["supplier_sku"],
    "item_name": ITEM["name"],
    "product_id": PRODUCT_ID,
    "internal_sku": "SAW-745",
    "product_name": "Table saw DeWalt DW745",
    "changed_at": None,
    "changed_by": None,
    "changed_batch_id": None,
    "new_product_id": None,
    "new_internal_sku": None,
}
BATCH_DETAIL: dict[str, Any] = {
    **BATCH,
    "decisions": {
        "total_count": 1,
        "total_count_is_exact": True,
        "page": 1,
        "limit": 50,
        "next_cursor": None,
        "data": [DECISION],
    },
}
SUMMARY: dict[str, Any] = {
    "unmatched": 337,
    "not_examined": 0,
    "certain": 121,
    "likely": 140,
    "possible": 52,
    "none": 20,
    "dismissed": 4,
}
MODELS: dict[str, Any] = {
    "data": [
        {
            "version": 0,
            "decisions": 0,
            "is_active": True,
            "created_by": "release",
            "created_at": None,
            "weights": {"model_number": 0.92, "measures_conflict": -8.26},
        }
    ]
}
AUTO_LINK: dict[str, Any] = {
    "supplier_id": SUPPLIER_ID,
    "is_on": True,
    "switched_on_by": "paula",
    "switched_on_at": "2026-03-01T08:00:00Z",
    "switched_off_at": None,
    "switched_off_by": None,
    "switched_off_reason": None,
}
CLUSTER: dict[str, Any] = {
    "id": "9a5e6c57-3f0e-4b1b-8d4b-0c8f1b7a6e35",
    "score": 0.91,
    "reasons": ["same model number DW-745", "brand DeWalt"],
    "supplier_items": [
        ITEM,
        ITEM
        | {
            "id": "b4f1f6a2-0d3e-4f0c-a6c8-35e0f1b7d911",
            "supplier_id": "8e0e7a0f-6a1b-4b0c-8a3c-1f2d3e4f5a6b",
            "supplier_name": "Toolhaus",
            "supplier_sku": "T-889",
            "name": "DEWALT DW745 Tischkreissäge",
            "current_price": "419.90",
        },
    ],
}
