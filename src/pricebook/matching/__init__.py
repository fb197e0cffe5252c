"""Suggestions of products for the items of suppliers."""
