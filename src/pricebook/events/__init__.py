"""The feed of events: what happened, in an order without gaps, for other programs."""
