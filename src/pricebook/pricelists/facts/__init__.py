"""Parsers of single cells: what a text says about a price or an article. Pure functions."""
