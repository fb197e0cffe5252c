"""The addresses of the console that bench/console_pages.py measures, and the ids in them."""

from typing import LiteralString

PRODUCTS = "/console/products"
MATCHES = "/console/matches"
SUPPLIERS = "/console/suppliers"
IMPORTS = "/console/imports"
CHANGES = "/console/price-changes"
ADMINISTRATION = "/console/administration"
IDS: dict[str, LiteralString] = {
    "product": "SELECT id FROM products WHERE status = 'active' ORDER BY md5(id::text) LIMIT 40",
    "category": "SELECT id FROM categories ORDER BY md5(id::text) LIMIT 40",
    "supplier": "SELECT id FROM suppliers WHERE name LIKE 'Supplier %' ORDER BY name LIMIT 10",
    "medium": "SELECT id FROM suppliers WHERE name IN ('Medium', 'Small')",
    "item": """
        SELECT supplier_id || '/items/' || id FROM supplier_items
        WHERE product_id IS NOT NULL ORDER BY id LIMIT 40
    """,
    "waiting": "SELECT supplier_item_id FROM match_items WHERE suggestions > 0 LIMIT 40",
    "batch": "SELECT id FROM product_batches ORDER BY created_at LIMIT 1",
    "import": "SELECT id FROM ingestion_tasks ORDER BY enqueued_at DESC LIMIT 40",
    "kept": "SELECT id FROM ingestion_tasks WHERE keeps_changes AND changes_at IS NOT NULL",
    "rejected": "SELECT task_id FROM parsing_logs LIMIT 1",
    "product_import": "SELECT import_id FROM product_import_rows LIMIT 1",
    "user": "SELECT id FROM users",
    "actor": "SELECT DISTINCT created_by FROM match_batches",
}
PUBLIC = (
    *("/", "/?search=hammer", "/?search=red+steel", "/?category_id={category}"),
    *("/?min_price=10&max_price=50", "/?sort=price", "/catalog/{product}", "/login"),
)
OF_PRODUCTS = (
    *(PRODUCTS, f"{PRODUCTS}?sort=margin", f"{PRODUCTS}?sort=-updated"),
    *(f"{PRODUCTS}?search=steel", f"{PRODUCTS}?search=hamer+stel", f"{PRODUCTS}?status=draft"),
    *(f"{PRODUCTS}?supplier_id={{supplier}}", f"{PRODUCTS}?max_margin=0&sort=margin"),
    *(f"{PRODUCTS}?supplier_id={{supplier}}&{more}" for more in ("search=steel", "search=1234")),
    *(f"{PRODUCTS}?supplier_id={{supplier}}&{more}" for more in ("sort=margin", "status=draft")),
    *(f"{PRODUCTS}?supplier_id={{medium}}", f"{PRODUCTS}?supplier_id={{medium}}&sort=margin"),
    *(f"{PRODUCTS}?category_id={{category}}", f"{PRODUCTS}?is_priced=false&status=active"),
    *(f"{PRODUCTS}/{{product}}", f"{PRODUCTS}/{{product}}?search=steel", f"{PRODUCTS}/change"),
    *(f"{PRODUCTS}/{{product}}?days=365", f"{PRODUCTS}/{{product}}/margin?target_price=20"),
    *(f"{PRODUCTS}/new", f"{PRODUCTS}/import", f"{PRODUCTS}/import/{{product_import}}"),
    f"{PRODUCTS}/import/{{product_import}}/rejected",
    *(f"{PRODUCTS}/change?supplier_id={{supplier}}", f"{PRODUCTS}/change?search=steel"),
    *("/console/rules", "/console/rules/new", "/console/batches", "/console/batches/{batch}"),
    *(CHANGES, f"{CHANGES}?sort=percent_up", f"{CHANGES}?sort=newest"),
    *(f"{CHANGES}?supplier_id={{supplier}}", f"{CHANGES}?supplier_id={{supplier}}&sort=newest"),
    *(f"{CHANGES}?unaddressed=true", f"{CHANGES}?linked=false", f"{CHANGES}?min_percent=12"),
    f"{CHANGES}?category_id={{category}}",
)
OF_MATCHES = (
    *(MATCHES, f"{MATCHES}?band=likely", f"{MATCHES}?supplier_id={{supplier}}"),
    *(f"{MATCHES}?search=steel", f"{MATCHES}?search=hammer+red", f"{MATCHES}?search=1234567"),
    *(f"{MATCHES}?supplier_id={{supplier}}&search=hammer", f"{MATCHES}?band=none"),
    *(f"{MATCHES}/list", f"{MATCHES}/list?search=hammer+red", f"{MATCHES}/clusters"),
    *(f"{MATCHES}/list?band=possible", f"{MATCHES}/certain"),
    *(f"{MATCHES}/list/all?band=likely&action=accept", f"{MATCHES}/list/all?action=accept"),
    f"{MATCHES}/list?supplier_id={{supplier}}",
    f"{MATCHES}/list/items/{{waiting}}/candidates",
    *(f"{MATCHES}/items/{{waiting}}/{part}" for part in ("search?product=hammer+red", "product")),
)
OF_SUPPLIERS = (
    *(SUPPLIERS, f"{SUPPLIERS}?search=supplier+1", f"{SUPPLIERS}?sort=items"),
    *(f"{SUPPLIERS}?sort=newest", f"{SUPPLIERS}?needs=anything", f"{SUPPLIERS}?needs=unmatched"),
    *(f"{SUPPLIERS}/new", f"{SUPPLIERS}/schedule", f"{SUPPLIERS}/{{item}}"),
    *(f"{SUPPLIERS}/{{supplier}}", f"{SUPPLIERS}/{{supplier}}/settings"),
    *(f"{SUPPLIERS}/{{supplier}}?state={each}" for each in ("linked", "unmatched", "absent")),
    *(
        f"{SUPPLIERS}/{{supplier}}?search={words}{state}"
        for words in ("steel", "hammer+red", "1234", "A12345-1", "zzzzq")
        for state in ("", "&state=linked", "&state=unmatched", "&state=absent")
    ),
    f"{SUPPLIERS}/{{medium}}?search=1234&state=linked",
)
OF_IMPORTS = (
    *(IMPORTS, f"{IMPORTS}?state=failed", f"{IMPORTS}?state=decision"),
    *(f"{IMPORTS}?supplier_id={{supplier}}", f"{IMPORTS}?supplier_id={{supplier}}&state=held"),
    *(f"{IMPORTS}/arrivals", f"{IMPORTS}/live?seen=", f"{IMPORTS}/{{import}}"),
    *(f"{IMPORTS}/{{kept}}", f"{IMPORTS}/{{kept}}/changes", f"{IMPORTS}/{{kept}}/items?what=new"),
    *(f"{IMPORTS}/{{kept}}/items?what=absent", f"{IMPORTS}/{{rejected}}/rejected"),
    *(f"{IMPORTS}/{{kept}}/undo", f"{IMPORTS}/new"),
)
OF_ADMINISTRATION = (
    *(ADMINISTRATION, f"{ADMINISTRATION}/categories", f"{ADMINISTRATION}/categories?search=7"),
    *(f"{ADMINISTRATION}/categories/{{category}}", f"{ADMINISTRATION}/exchange-rates"),
    *(f"{ADMINISTRATION}/exchange-rates/history", f"{ADMINISTRATION}/exchange-rates/new"),
    *(f"{ADMINISTRATION}/users", f"{ADMINISTRATION}/users/{{user}}", f"{ADMINISTRATION}/keys"),
    *(f"{ADMINISTRATION}/webhooks", f"{ADMINISTRATION}/notices", f"{ADMINISTRATION}/system"),
    *(f"{ADMINISTRATION}/audit", f"{ADMINISTRATION}/audit?entity_type=item"),
    *(f"{ADMINISTRATION}/audit?action=product.updated", f"{ADMINISTRATION}/audit?actor={{actor}}"),
    f"{ADMINISTRATION}/audit?entity_type=product&actor=bench",
    f"{ADMINISTRATION}/audit?entity_id={{product}}",
)
STAFF = (
    *("/console", *OF_PRODUCTS, *OF_MATCHES, *OF_SUPPLIERS, *OF_IMPORTS, *OF_ADMINISTRATION),
    *("/console/account", "/console/components"),
)
