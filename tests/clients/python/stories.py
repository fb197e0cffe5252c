# pyright: basic, reportMissingImports=false
"""One scenario per role, through the generated client only: no request made by hand."""

import sys
import time
from io import BytesIO
from uuid import UUID

from pricebook_client import AuthenticatedClient, Client
from pricebook_client.api.accounts import log_in
from pricebook_client.api.catalog import (
    export_catalog_csv,
    get_catalog_product,
    list_catalog,
    list_catalog_categories,
)
from pricebook_client.api.products import (
    change_product,
    create_category,
    create_product,
    export_products,
    list_products,
    match_item,
)
from pricebook_client.api.suppliers import create_supplier, list_unmatched_items
from pricebook_client.api.tasks import (
    export_row_errors,
    get_task,
    list_row_errors,
    upload_price_list,
)
from pricebook_client.models import (
    CatalogPage,
    CatalogProductDetail,
    Category,
    CreatedProduct,
    CreateProductRequest,
    CreateProductRequestStatus,
    Credentials,
    Login,
    Match,
    MatchAction,
    NewCategory,
    NewSupplier,
    NewSupplierSourceType,
    PriceListUpload,
    Problem,
    ProductChange,
    ProductChangeStatus,
    ProductPage,
    RowErrorPage,
    StaffProductDetail,
    SupplierOverview,
    Task,
    UnmatchedItemPage,
)
from pricebook_client.models.accepted_task import AcceptedTask
from pricebook_client.models.catalog_category_page import CatalogCategoryPage
from pricebook_client.models.matched_product import MatchedProduct
from pricebook_client.types import File

BASE_URL, PASSWORD = sys.argv[1:]
PRICE_LIST = (
    "Article code,Name,Price,Colour,Size\nNW-1,Claw hammer,12.50,red,20 oz\nNW-2,Hand saw,7,,\n"
    "NW-3,Glove,,,\n"
)


def log_in_as(username: str) -> AuthenticatedClient:
    login = log_in.sync(
        client=Client(BASE_URL), body=Credentials(username=username, password=PASSWORD)
    )
    assert isinstance(login, Login), login
    assert login.user.role == username
    return AuthenticatedClient(BASE_URL, token=login.token)


def finished(client: AuthenticatedClient, task_id: UUID) -> Task:
    while True:
        task = get_task.sync(task_id, client=client)
        assert isinstance(task, Task), task
        if task.result:
            return task
        time.sleep(0.1)


def admin_story() -> None:
    client = log_in_as("admin")
    supplier = create_supplier.sync(
        client=client,
        body=NewSupplier(name="Nordwerk", source_type=NewSupplierSourceType.CSV),
    )
    assert isinstance(supplier, SupplierOverview), supplier
    accepted = upload_price_list.sync(
        supplier.id,
        client=client,
        body=PriceListUpload(
            file=File(BytesIO(PRICE_LIST.encode()), "nordwerk.csv"),
            characteristic_columns=["Colour", "Size"],
        ),
    )
    assert isinstance(accepted, AcceptedTask), accepted
    task = finished(client, accepted.task_id)
    assert (task.counts.new, task.counts.rejected) == (2, 1)
    assert task.source_config["characteristic_columns"] == ["Colour", "Size"]
    errors = list_row_errors.sync(accepted.task_id, client=client)
    assert isinstance(errors, RowErrorPage), errors
    assert errors.data[0].row_number == 4
    rows = export_row_errors.sync(accepted.task_id, client=client)
    assert isinstance(rows, str), rows
    assert "4,,NW-3,Glove" in rows


def procurement_story() -> None:
    client = log_in_as("procurement")
    unmatched = list_unmatched_items.sync(client=client, search="hammer")
    assert isinstance(unmatched, UnmatchedItemPage), unmatched
    (item,) = unmatched.data
    assert item.characteristics.to_dict() == {"Colour": "red", "Size": "20 oz"}
    category = create_category.sync(client=client, body=NewCategory(name="Tools"))
    assert isinstance(category, Category), category
    product = create_product.sync(
        client=client,
        body=CreateProductRequest(
            name=item.name,
            category_id=category.id,
            status=CreateProductRequestStatus.ACTIVE,
            target_price="25.00",
        ),
    )
    assert isinstance(product, CreatedProduct), product
    matched = match_item.sync(
        product.id,
        client=client,
        body=Match(action=MatchAction.LINK, supplier_item_id=item.id),
    )
    assert isinstance(matched, MatchedProduct), matched
    assert len(matched.product.supplier_items) == 1
    assert matched.product.margin_percentage == 50


def sales_story() -> None:
    client = log_in_as("sales")
    products = list_products.sync(client=client, max_margin=50)
    assert isinstance(products, ProductPage), products
    (product,) = products.data
    changed = change_product.sync(product.id, client=client, body=ProductChange(target_price=50.0))
    assert isinstance(changed, StaffProductDetail), changed
    assert (changed.target_price, changed.margin_percentage) == ("50.00", 75)
    lines = export_products.sync(client=client)
    assert isinstance(lines, str), lines
    assert "Claw hammer" in lines
    refused = change_product.sync(
        product.id, client=client, body=ProductChange(status=ProductChangeStatus.ARCHIVED)
    )
    assert isinstance(refused, Problem), refused
    assert refused.error.code == "FORBIDDEN"


def public_story() -> None:
    client = Client(BASE_URL)
    catalog = list_catalog.sync(client=client, search="hammer")
    assert isinstance(catalog, CatalogPage), catalog
    (product,) = catalog.data
    assert (product.min_price, product.supplier_count) == ("12.50", 1)
    detail = get_catalog_product.sync(product.id, client=client)
    assert isinstance(detail, CatalogProductDetail), detail
    assert detail.category_name == "Tools"
    categories = list_catalog_categories.sync(client=client)
    assert isinstance(categories, CatalogCategoryPage), categories
    assert categories.data[0].product_count == 1
    table = export_catalog_csv.sync(client=client)
    assert isinstance(table, str), table
    assert "Claw hammer" in table
    refused = list_catalog.sync(client=client, limit=201)
    assert isinstance(refused, Problem), refused
    assert refused.error.details.errors[0].field == "limit"


for story in (admin_story, procurement_story, sales_story, public_story):
    story()
    sys.stdout.write(f"{story.__name__}\n")
