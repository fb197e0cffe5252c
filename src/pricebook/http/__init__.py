"""HTTP building blocks without product rules: requests, responses, middleware, limits."""
