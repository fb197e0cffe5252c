"""Types of price-list reading."""
