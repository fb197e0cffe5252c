"""The styles of cells of an OpenDocument spreadsheet that strike out."""

from pricebook.pricelists.formats.ods_columns import STYLE

_STYLE, _DEFAULT, _TEXT = f"{STYLE} style", f"{STYLE} default-style", f"{STYLE} text-properties"
STYLE_ELEMENTS = frozenset({_STYLE, _DEFAULT, _TEXT})
_FAMILY = "table-cell"
_LINES = (f"{STYLE} text-line-through-style", f"{STYLE} text-line-through-type")
_NONE = "none"
_MAX_ANCESTORS = 20
# Of the properties that all cells begin with.
_DEFAULT_NAME = ""


class OdsStyles:
    """An XML handler that collects the styles of cells and what they have of their parents."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self._parents: dict[str, str] = {}
        self._strikes: dict[str, bool] = {}
        self._style: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Process the start of an element; those of STYLE_ELEMENTS are needed."""
        if name in {_STYLE, _DEFAULT}:
            is_of_cells = attributes.get(f"{STYLE} family") == _FAMILY
            self._style = attributes.get(f"{STYLE} name", _DEFAULT_NAME) if is_of_cells else None
            if self._style:
                self._strikes.pop(self._style, None)
                self._parents[self._style] = attributes.get(
                    f"{STYLE} parent-style-name", _DEFAULT_NAME
                )
        elif name == _TEXT and self._style is not None:
            lines = [attributes[line] for line in _LINES if line in attributes]
            if lines:
                self._strikes[self._style] = _NONE not in lines

    def end(self, _name: str) -> None:
        """Process the end of an element."""
        self.text.clear()

    @property
    def struck(self) -> frozenset[str]:
        """The names of the styles that strike out."""
        if not any(self._strikes.values()):
            return frozenset()
        return frozenset(name for name in self._parents if self._strikes_out(name))

    def _strikes_out(self, name: str) -> bool:
        for _ in range(_MAX_ANCESTORS):
            if name in self._strikes or name == _DEFAULT_NAME:
                break
            name = self._parents.get(name, _DEFAULT_NAME)
        return self._strikes.get(name, False)
