"""Notices by e-mail of price lists that need somebody, and of quarantined rows, to chosen users."""
