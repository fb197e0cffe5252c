"""The HTTP toolkit; it knows no products."""
