"""Notices by e-mail of held, failed and late price lists, to chosen users."""
