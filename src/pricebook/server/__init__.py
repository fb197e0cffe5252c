"""The HTTP server: processes, uvicorn's protocol class with limits, the raw-request cache."""
