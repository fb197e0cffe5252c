"""The worker program: takes tasks and runs them."""
