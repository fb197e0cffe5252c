"""Import tasks: their rows from request to end, and the queue that announces them."""
