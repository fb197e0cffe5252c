from import_fixtures import run_import

__all__ = ["run_import"]
