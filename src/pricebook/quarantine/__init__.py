"""Rows of price lists whose price is out of line: somebody accepts or refuses each.

An import stores them (`imports/quarantine_repository.py`); here they are listed and decided.
"""
