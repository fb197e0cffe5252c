"""The routes of the pages of webhooks, notices, the audit log and the system."""

from typing import Any

from pricebook.console.system import (
    audit_pages,
    delivery_pages,
    notice_pages,
    status_pages,
    webhook_pages,
)

PAGES: tuple[Any, ...] = (
    webhook_pages.show_webhooks,
    webhook_pages.show_new_webhook,
    webhook_pages.create_webhook,
    webhook_pages.show_webhook_form,
    webhook_pages.change_webhook,
    webhook_pages.set_webhook_active,
    webhook_pages.renew_webhook_secret,
    webhook_pages.delete_webhook,
    delivery_pages.show_webhook,
    delivery_pages.show_delivery,
    delivery_pages.test_webhook,
    delivery_pages.resend_delivery,
    notice_pages.show_notices,
    notice_pages.show_new_recipient,
    notice_pages.add_recipient,
    notice_pages.show_recipient,
    notice_pages.change_recipient,
    notice_pages.test_recipient,
    notice_pages.remove_recipient,
    audit_pages.show_audit,
    status_pages.show_system,
)
