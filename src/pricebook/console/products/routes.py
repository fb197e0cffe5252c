"""The routes of these pages."""

from pricebook.console.products import edit_pages, new_pages, product_import_pages

PAGES = (
    new_pages.show_new_product,
    new_pages.create_product,
    edit_pages.change_product,
    edit_pages.show_margin,
    product_import_pages.show_imports,
    product_import_pages.upload_products,
    product_import_pages.export_file,
    product_import_pages.show_import,
    product_import_pages.apply_import,
    product_import_pages.export_rejected,
)
