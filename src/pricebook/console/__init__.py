"""The pages for people: templates, static files and page routes. They call services, no rules."""
