"""The sources of price lists: https URLs and Google Sheets."""
