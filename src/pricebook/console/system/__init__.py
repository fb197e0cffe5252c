"""Pages of webhooks, notices, the audit log and the state of the system."""
