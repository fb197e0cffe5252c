"""Webhooks: events sent to the https addresses of other programs, signed, in order, retried."""
