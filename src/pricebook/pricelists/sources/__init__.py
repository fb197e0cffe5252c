"""Where price lists are fetched from: https addresses, Google Sheets."""
