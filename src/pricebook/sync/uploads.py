"""The folder of uploaded lists: files come into it whole, and go when no task speaks of them."""

from pathlib import Path

from pricebook.errors import PriceListError

UPLOADED = "uploaded"
UNFINISHED = ".part"
ORPHAN_SECONDS = 3600
MEGABYTE = 1024 * 1024


def find_list(uploads: Path, file_path: str) -> Path:
    """Find a list in the folder; raises PriceListError for a place outside of it, or no file."""
    folder = uploads.resolve()
    path = (folder / file_path).resolve()
    if not path.is_relative_to(folder):
        raise PriceListError(f"file_path {file_path} is outside of UPLOADS_DIR.")
    if not path.is_file():
        raise PriceListError(f"There is no file {file_path} in UPLOADS_DIR.")
    return path
