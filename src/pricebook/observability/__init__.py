"""Logs, metrics, tracing and health."""
