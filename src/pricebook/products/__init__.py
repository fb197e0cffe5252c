"""The distributor's own products and their categories."""
