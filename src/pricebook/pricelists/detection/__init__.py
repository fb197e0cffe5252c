"""Detection of encoding, delimiter, sheet, header row and columns from the first records."""
