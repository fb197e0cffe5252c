"""The price lists of many suppliers as one catalog, with links and margins."""

__version__ = "0.1.0"
