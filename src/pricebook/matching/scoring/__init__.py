"""The rules of matching: from texts to scores, bands and reasons. No database, HTTP or clock."""
