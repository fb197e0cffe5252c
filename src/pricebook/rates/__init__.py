"""Exchange rates: stored by request, command or file; costs in other currencies follow them."""
