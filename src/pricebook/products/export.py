"""What stands in each column of the export of products, a line per supplier item."""

HEADER = (
    "id",
    "internal_sku",
    "name",
    "category_id",
    "status",
    "target_price",
    "margin_percentage",
    "supplier_item_id",
    "supplier_id",
    "supplier_name",
    "supplier_sku",
    "supplier_item_name",
    "current_price",
    "characteristics",
    "last_ingested_at",
)
