"""What docstrings say, as far as numpydoc's validation in `make lint` does not look at it: attributes of records."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VALIDATION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["numpydoc_validation"]
STILL_TO_DO = re.compile("|".join(VALIDATION.get("exclude_files", [])) or "(?!)")
FILES = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "hdr_bench").rglob("*.py"))]


def _classes(file):
    """Give the public classes of a file."""
    nodes = ast.parse((ROOT / file).read_text(encoding="utf-8")).body
    return [node for node in nodes if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]


def _fields(node):
    """Return the names that a class declares with their types, as records do."""
    fields = [each for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)]
    names = [each.target.id for each in fields if "ClassVar" not in ast.unparse(each.annotation)]
    return {name for name in names if not name.startswith("_")}


def _described(docstring):
    """Return the names that the sections of parameters and attributes describe."""
    sections = re.findall(
        r"^(?:Attributes|Parameters)\n-+\n(.*?)(?=^\w[^\n]*\n-+$|\Z)", docstring, re.MULTILINE | re.DOTALL
    )
    heads = re.findall(r"^([\w*, ]+) : ", "\n".join(sections), re.MULTILINE)
    return {name.strip() for head in heads for name in head.split(",")}


@pytest.mark.parametrize("file", [file for file in FILES if not STILL_TO_DO.match(file)])
def test_every_field_of_a_record_is_described(file):
    missing = {node.name: _fields(node) - _described(ast.get_docstring(node) or "") for node in _classes(file)}
    assert {name: fields for name, fields in missing.items() if fields} == {}


def test_what_is_looked_for_is_found():
    (record,) = [node for node in _classes("hdr_bench/datasets/source.py") if node.name == "ReadOptions"]
    assert _fields(record) == _described(ast.get_docstring(record)) == {"resize", "test_size", "random_state"}


@pytest.mark.parametrize("pattern", VALIDATION.get("exclude_files", []))
def test_what_is_still_to_do_is_there(pattern):
    assert any(re.match(pattern, file) for file in FILES)
