"""Child processes in which price lists are fetched and parsed."""
