"""Suppliers and their items; every write to either goes through the service here."""
