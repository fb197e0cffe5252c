"""Limits of the sizes of modules and functions."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src/pricebook").rglob("*.py"))
CODE = [path for path in SOURCES if "migrations/versions" not in path.as_posix()]
TESTS = sorted((ROOT / "tests").rglob("*.py"))

Function = ast.FunctionDef | ast.AsyncFunctionDef


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def functions(paths: list[Path]) -> Iterator[tuple[str, Function]]:
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, Function):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def body_length(function: Function) -> int:
    """Return the number of lines from the first statement after the docstring to the last."""
    body = function.body
    has_docstring = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    first = body[1] if has_docstring and len(body) > 1 else body[0]
    return (function.end_lineno or 0) - first.lineno + 1


def argument_count(function: Function) -> int:
    given = function.args
    names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_has_at_most_300_lines(path: Path) -> None:
    assert lines(path) <= 300


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_test_module_has_at_most_400_lines(path: Path) -> None:
    assert lines(path) <= 400


def test_function_has_at_most_50_lines() -> None:
    assert [name for name, function in functions(SOURCES) if body_length(function) > 50] == []


def test_route_has_at_most_15_lines() -> None:
    routes = [path for path in CODE if path.name == "routes.py"]
    assert routes
    assert [name for name, function in functions(routes) if body_length(function) > 15] == []


def test_function_has_at_most_5_arguments() -> None:
    assert [name for name, function in functions(SOURCES) if argument_count(function) > 5] == []


def test_median_sizes() -> None:
    assert median(lines(path) for path in CODE) <= 100
    assert median(body_length(function) for _, function in functions(CODE)) <= 8
    assert median(argument_count(function) for _, function in functions(CODE)) <= 2
