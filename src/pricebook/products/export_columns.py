"""The columns of the export of products."""

from pricebook.suppliers.item_terms import EXPORTED_TERMS

# Column names of the CSV export.
EXPORT_HEADER = (
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
    "absent_since",
    *EXPORTED_TERMS,
    "product_gtin",
    "product_mpn",
    "product_brand",
)
