"""Ingestion tasks: their life in their row, from being asked for to their end."""
