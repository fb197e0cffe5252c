"""Batches of changes of own products: previewed first, applied as previewed, and undone."""
