"""Words for units and their codes in UN/ECE Recommendation 20."""


def parse_unit(cell: str) -> str | None:
    """Return the code of the unit that a whole cell names, None if it is unknown."""
    raise NotImplementedError(cell)
