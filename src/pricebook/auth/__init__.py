"""Authentication and authorization: accounts, passwords, tokens, roles."""
