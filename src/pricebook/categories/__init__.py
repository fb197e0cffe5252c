"""The tree of categories, as staff keeps it."""
