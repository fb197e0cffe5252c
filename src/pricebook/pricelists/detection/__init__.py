"""Where the table of a price list is, and which column holds which field."""
