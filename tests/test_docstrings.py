"""What docstrings say, as far as numpydoc's validation in `make lint` does not look at it: attributes of records."""

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
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


def _docstring(file, node):
    """Return a class's docstring as users see it: some have sections added when they are imported."""
    module = import_module(file.removesuffix(".py").replace("/", "."))
    return inspect.cleandoc(getattr(module, node.name).__doc__ or "")


@pytest.mark.parametrize("file", FILES)
def test_every_field_of_a_record_is_described(file):
    records = [node for node in _classes(file) if _fields(node)]
    missing = {node.name: _fields(node) - _described(_docstring(file, node)) for node in records}
    assert {name: fields for name, fields in missing.items() if fields} == {}


def test_what_is_looked_for_is_found():
    file = "hdr_bench/datasets/source.py"
    (record,) = [node for node in _classes(file) if node.name == "ReadOptions"]
    assert _fields(record) == _described(_docstring(file, record)) == {"resize", "test_size", "random_state", "fit"}
