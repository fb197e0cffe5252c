from merge_fixtures import merge_rows

__all__ = ["merge_rows"]
