"""The same file names in every feature; docs that name what exists."""

import re
from pathlib import Path

import msgspec

from pricebook.settings import Settings

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/pricebook"
LAYERS = {"__init__", "routes", "service", "repository", "schemas"}
FEATURES = {
    "auth": LAYERS | {"guard", "roles", "tokens", "passwords", "cache"},
    "catalog": LAYERS
    | {"cache", "cursor", "export", "replica", "position_repository", "statements"},
    "categories": LAYERS,
    "products": LAYERS | {"sku"},
    "suppliers": LAYERS | {"item_repository", "schedule"},
    "tasks": LAYERS
    | {
        "cancellation",
        "claim_repository",
        "history_repository",
        "record_repository",
        "rejects",
        "slots",
    },
    "sync": LAYERS | {"uploads", "storage"},
    "queue": {"__init__", "message", "carrier"},
    "ingestion": LAYERS
    | {"reader", "detect", "layout", "rows", "normalise", "numbers", "currencies", "encodings"}
    | {"columns", "column_names", "content", "by_content", "doubts"}
    | {"headers", "header_words", "vocabulary", "other_words"}
    | {
        "staging",
        "brakes",
        "configuration",
        "frames",
        "parsing",
        "lock_waits",
        "counting",
        "process",
        "import_schemas",
    }
    | {"task_repository", "inspection", "places"}
    | {"child", "fetching", "kernel", "sandbox", "workspace"},
}


def test_a_feature_has_the_agreed_files_only() -> None:
    for feature, allowed_files in FEATURES.items():
        found = {path.stem for path in (PACKAGE / feature).glob("*.py")}
        assert found <= allowed_files, feature


def test_no_module_has_a_vague_name() -> None:
    vague_names = {"utils", "util", "helpers", "common", "manager", "misc", "base"}
    assert {path.stem for path in PACKAGE.rglob("*.py")} & vague_names == set()


def default(field: msgspec.structs.FieldInfo) -> str:
    """What the table tells: without a default the servers come with the package."""
    if field.default is None:
        return "embedded" if field.name in {"database_url", "redis_url"} else "none"
    return str(field.default).lower() if field.type is bool else str(field.default)


def test_the_settings_are_documented_with_their_defaults() -> None:
    text = (ROOT / "docs/operations.md").read_text()
    documented = dict(re.findall(r"^\| `([A-Z_]+)` \| `?([^`|]+?)`? \|", text, re.MULTILINE))
    actual = {field.encode_name: default(field) for field in msgspec.structs.fields(Settings)}
    assert documented == actual


def test_every_dependency_earns_a_line_in_the_architecture_page() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    block = project.split("dependencies = [", 1)[1].split("]\n", 1)[0]
    names = re.findall(r'^\s+"([a-z0-9-]+)', block, re.MULTILINE)
    page = (ROOT / "docs/architecture.md").read_text()
    assert names
    assert [name for name in names if f"`{name}`" not in page] == []


def test_the_architecture_page_names_files_that_exist() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    named = re.findall(r"`((?:src|tests|docs|bench|requirements)/[\w./-]+)`", page)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_links_between_the_docs_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), (page.name, target)


def test_only_the_command_line_reads_the_environment() -> None:
    allowed = {
        PACKAGE / "ingestion/child.py",
        PACKAGE / "connect.py",
        PACKAGE / "cli.py",
        PACKAGE / "migrations/env.py",
    }
    readers = {path for path in PACKAGE.rglob("*.py") if "os.environ" in path.read_text()}
    assert readers <= allowed
