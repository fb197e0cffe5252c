"""The pages of suppliers: the list, one supplier with its items, and its settings."""
