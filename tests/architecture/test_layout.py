"""File names of the features, and references from the docs to the code."""

import re
from pathlib import Path

import msgspec
import pytest

from pricebook.settings import Settings

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/pricebook"
FEATURES = (
    *("auth", "catalog", "categories", "imports", "products", "quarantine", "rates", "suppliers"),
    *("audit", "events", "notices", "pricing_rules", "product_batches", "product_imports", "tasks"),
    *("webhooks", "diagnostics"),
)
# Every feature has these, under the same names.
SAME_IN_EACH = {"__init__", "routes", "service", "schemas"}
MAX_TOP_MODULES = 4
MAX_CONTRACT_LINES = 120
REPOSITORY_IMPORT = re.compile(
    r"from pricebook\.(\w+)(?:\.\w*repository import|\s+import [\w, ]*repository)"
)


@pytest.mark.parametrize("feature", FEATURES)
def test_feature_has_routes_service_and_schemas(feature: str) -> None:
    assert {path.stem for path in (PACKAGE / feature).glob("*.py")} >= SAME_IN_EACH


@pytest.mark.parametrize("feature", FEATURES)
def test_repository_is_imported_by_its_own_feature_only(feature: str) -> None:
    for path in PACKAGE.rglob("*.py"):
        if path.parent != PACKAGE / feature:
            assert feature not in REPOSITORY_IMPORT.findall(path.read_text()), path


def test_pages_import_no_repository() -> None:
    for path in (PACKAGE / "console").glob("*.py"):
        assert not re.search(r"import .*repository|_?repository import", path.read_text()), path


def test_modules_of_different_folders_have_different_names() -> None:
    same = SAME_IN_EACH | {"repository", "__main__", "env"}
    folders: dict[str, list[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        if "versions" not in path.parts and path.stem not in same:
            folders.setdefault(path.stem, []).append(path.parent.name)
    assert {name: parents for name, parents in folders.items() if len(parents) > 1} == {}


def test_only_the_server_folder_imports_uvicorn_and_its_parser() -> None:
    statement = re.compile(r"^\s*(?:from|import) (?:uvicorn|httptools)\b", re.MULTILINE)
    modules = [path for path in PACKAGE.rglob("*.py") if statement.search(path.read_text())]
    assert {path.relative_to(PACKAGE).parts[0] for path in modules} == {"server"}


def test_package_has_few_top_level_modules() -> None:
    assert len([*PACKAGE.glob("*.py")]) <= MAX_TOP_MODULES


def test_import_contracts_fit_on_a_page() -> None:
    assert len((ROOT / ".importlinter").read_text().splitlines()) <= MAX_CONTRACT_LINES


def test_no_module_name_is_vague() -> None:
    vague_names = {"utils", "util", "helpers", "common", "manager", "misc", "base"}
    assert {path.stem for path in PACKAGE.rglob("*.py")} & vague_names == set()


def default(field: msgspec.structs.FieldInfo) -> str:
    """Return the default in the table of settings; the two servers are embedded by default."""
    if field.default is None:
        return "embedded" if field.name in {"database_url", "redis_url"} else "none"
    return str(field.default).lower() if field.type is bool else str(field.default)


def test_settings_are_documented_with_their_defaults() -> None:
    text = (ROOT / "docs/operations.md").read_text()
    documented = dict(re.findall(r"^\| `([A-Z_]+)` \| `?([^`|]+?)`? \|", text, re.MULTILINE))
    actual = {field.encode_name: default(field) for field in msgspec.structs.fields(Settings)}
    assert documented == actual


def test_every_dependency_has_a_line_in_architecture_md() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    block = project.split("dependencies = [", 1)[1].split("]\n", 1)[0]
    names = re.findall(r'^\s+"([a-z0-9-]+)', block, re.MULTILINE)
    page = (ROOT / "docs/architecture.md").read_text()
    assert names
    assert [name for name in names if f"`{name}`" not in page] == []


def test_files_named_in_architecture_md_exist() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    named = re.findall(r"`((?:src|tests|docs|bench|requirements)/[\w./-]+)`", page)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_folder_is_named_in_architecture_md() -> None:
    tree = (ROOT / "docs/architecture.md").read_text().split("```")[1]
    folders = {path.parent.name for path in PACKAGE.glob("*/**/*.py")}
    assert "pricelists" in folders
    assert [name for name in sorted(folders) if f"{name}/" not in tree] == []


def test_links_between_docs_resolve() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), (page.name, target)


def test_only_named_modules_use_the_environment() -> None:
    allowed = {
        PACKAGE / "pricelists/isolation/child_process.py",
        PACKAGE / "cli/command_user.py",  # who called sudo
        PACKAGE / "cli/server_defaults.py",
        PACKAGE / "cli/up.py",
        PACKAGE / "db/migrations/env.py",
        PACKAGE / "observability/tracing.py",  # sets a default for OpenTelemetry
    }
    readers = {path for path in PACKAGE.rglob("*.py") if "os.environ" in path.read_text()}
    assert readers <= allowed
