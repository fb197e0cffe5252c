"""Own products in bulk: files that create and change products, and the file to edit."""
