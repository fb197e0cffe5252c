"""The HTTP program: routes, middleware and services put together."""
