"""The pages on which products are created, changed and imported."""
