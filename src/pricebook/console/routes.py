"""The routes of the pages; none is a part of the API or of its description."""

from typing import Any

from litestar import Router
from litestar.exceptions import HTTPException

from pricebook.console import (
    account_pages,
    batch_pages,
    bulk_change_pages,
    catalog_pages,
    cluster_pages,
    home_pages,
    match_batch_pages,
    match_candidate_pages,
    match_item_pages,
    match_list_pages,
    match_pages,
    page_errors,
    price_change_pages,
    product_item_pages,
    product_pages,
    rule_pages,
)
from pricebook.console.administration.routes import PAGES as ADMINISTRATION_PAGES
from pricebook.console.assets import asset
from pricebook.console.imports.routes import PAGES as IMPORT_PAGES
from pricebook.console.page_guard import guard_page
from pricebook.console.policy_reports import receive_report
from pricebook.console.previews import routes as previews
from pricebook.console.products.routes import PAGES as PRODUCT_FORMS
from pricebook.console.suppliers.routes import PAGES as SUPPLIER_PAGES
from pricebook.console.system.routes import PAGES as SYSTEM_PAGES
from pricebook.errors import PricebookError

ERROR_HANDLERS: dict[int | type[Exception], Any] = {
    PricebookError: page_errors.handle_error,
    HTTPException: page_errors.handle_http_exception,
    Exception: page_errors.handle_unexpected_error,
}

pages = Router(
    "/",
    route_handlers=[
        catalog_pages.show_catalog,
        catalog_pages.show_catalog_product,
        account_pages.show_login,
        account_pages.log_in,
        account_pages.log_out,
        account_pages.show_account,
        account_pages.change_password,
        product_pages.show_products,
        product_pages.export_products,
        product_pages.set_target_price,
        product_pages.show_product,
        bulk_change_pages.show_bulk_change,
        bulk_change_pages.preview_bulk_change,
        batch_pages.show_batches,
        batch_pages.show_batch,
        batch_pages.apply_batch,
        batch_pages.undo_batch,
        batch_pages.set_product_back,
        rule_pages.show_rules,
        rule_pages.show_new_rule,
        rule_pages.create_rule,
        rule_pages.preview_rules,
        rule_pages.show_rule,
        rule_pages.change_rule,
        rule_pages.delete_rule,
        product_item_pages.link_item,
        product_item_pages.unlink_item,
        product_item_pages.undo_link,
        match_pages.show_queue,
        match_pages.decide,
        match_item_pages.search_product,
        match_item_pages.show_new_product,
        match_item_pages.make_product,
        match_pages.undo,
        match_pages.show_certain,
        match_pages.accept_certain,
        match_list_pages.show_list,
        match_list_pages.decide_marked,
        match_candidate_pages.show_candidates,
        match_list_pages.undo_marked,
        match_list_pages.make_products,
        match_list_pages.show_all,
        match_list_pages.decide_all,
        match_batch_pages.show_match_batches,
        match_batch_pages.undo_match_batch,
        cluster_pages.show_clusters,
        cluster_pages.make_cluster_product,
        cluster_pages.undo_cluster_product,
        price_change_pages.show_price_changes,
        price_change_pages.export_price_changes,
        *IMPORT_PAGES,
        home_pages.show_home,
        home_pages.show_components,
        *ADMINISTRATION_PAGES,
        *SYSTEM_PAGES,
        *SUPPLIER_PAGES,
        *PRODUCT_FORMS,
        *previews.PAGES,
    ],
    guards=[guard_page],
    exception_handlers=ERROR_HANDLERS,
    include_in_schema=False,
)
router = Router("/", route_handlers=[pages, asset, receive_report], include_in_schema=False)
