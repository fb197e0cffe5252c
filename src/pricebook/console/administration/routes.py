"""The routes of the administration."""

from typing import Any

from pricebook.console.administration import (
    category_merge_pages,
    category_pages,
    entry_pages,
    key_pages,
    rate_pages,
    user_pages,
)

PAGES: tuple[Any, ...] = (
    entry_pages.show_administration,
    category_pages.show_categories,
    category_pages.show_new_category,
    category_pages.create_category,
    category_pages.show_category,
    category_pages.change_category,
    category_pages.move_category,
    category_pages.delete_category,
    category_merge_pages.show_merge,
    category_merge_pages.merge_category,
    rate_pages.show_rates,
    rate_pages.show_history,
    rate_pages.show_new_rate,
    rate_pages.set_rate,
    user_pages.show_users,
    user_pages.show_new_user,
    user_pages.create_user,
    user_pages.show_user,
    user_pages.change_user,
    user_pages.reset_password,
    user_pages.sign_out_user,
    user_pages.end_session,
    key_pages.show_keys,
    key_pages.show_new_key,
    key_pages.create_key,
    key_pages.show_key,
    key_pages.revoke_key,
)
