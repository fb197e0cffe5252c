"""The routes of the pages of suppliers."""

from pricebook.console.suppliers import (
    credential_pages,
    supplier_item_pages,
    supplier_list_pages,
    supplier_pages,
    supplier_settings_pages,
)

PAGES = (
    supplier_list_pages.show_suppliers,
    supplier_settings_pages.show_new_supplier,
    supplier_settings_pages.create_supplier,
    supplier_settings_pages.show_schedule,
    supplier_settings_pages.show_settings,
    supplier_settings_pages.change_supplier,
    supplier_settings_pages.forget_layout,
    credential_pages.set_credentials,
    credential_pages.remove_credentials,
    supplier_pages.show_supplier,
    supplier_pages.import_now,
    supplier_pages.try_source,
    supplier_pages.set_auto_link,
    supplier_pages.set_active,
    supplier_pages.delete_supplier,
    supplier_item_pages.show_item,
    supplier_item_pages.unlink_from_product,
    supplier_item_pages.undo_unlink,
)
