"""Notices by e-mail of held, failed, late and unusual price lists, to chosen users."""
