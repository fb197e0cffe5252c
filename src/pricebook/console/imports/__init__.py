"""The pages of imports: what became of each price list, and of each row of it."""
