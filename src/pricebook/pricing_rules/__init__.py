"""Pricing rules: how target prices follow from the lowest prices of suppliers."""
