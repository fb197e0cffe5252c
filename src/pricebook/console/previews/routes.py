"""The pages of previews."""

from typing import Any

from pricebook.console.previews import left_out_pages, preview_pages, upload_pages

PAGES: tuple[Any, ...] = (
    upload_pages.show_new_import,
    upload_pages.start_preview,
    preview_pages.show_preview,
    preview_pages.answer_questions,
    left_out_pages.leave_out,
    preview_pages.change_settings,
    preview_pages.read_again,
    preview_pages.forget_setting,
    preview_pages.import_sheet,
    preview_pages.apply_preview,
    preview_pages.discard_preview,
)
