"""Administration: categories, exchange rates, users, API keys, and the page that lists them."""
