"""The HTTP program: wires routes, middleware and services."""
