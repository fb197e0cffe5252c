"""The routes of the pages of imports."""

from pricebook.console.imports import (
    decision_pages,
    held_pages,
    import_list_pages,
    import_pages,
    item_pages,
    quarantine_pages,
    rejected_pages,
    undo_pages,
)

PAGES = (
    import_list_pages.show_imports,
    import_list_pages.show_arrivals,
    import_list_pages.show_progress_of_list,
    import_pages.show_import,
    import_pages.show_progress,
    import_pages.show_changes,
    held_pages.show_held_changes,
    held_pages.export_held,
    item_pages.show_items,
    decision_pages.apply_import,
    decision_pages.refuse_import,
    decision_pages.retry_import,
    decision_pages.cancel_import,
    decision_pages.download_file,
    quarantine_pages.accept_quarantined,
    quarantine_pages.refuse_quarantined,
    undo_pages.preview_undo,
    undo_pages.undo_import,
    rejected_pages.show_rejected,
    rejected_pages.export_rejected,
    rejected_pages.import_corrected,
)
