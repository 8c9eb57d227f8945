"""A module's source: a hash of its statements, and the names that it imports."""

import ast
import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hdr_bench.experiments.module_files import ModuleFile

_IMPORTS_BY_NAME = frozenset({"import_module", "__import__"})
_REMEMBERED = 1000


@dataclass(frozen=True)
class Source:
    """What a module's source says.

    Attributes
    ----------
    digest : str
        SHA-256 of its statements without comments, docstrings and layout; of what is no Python source, of its bytes.
    imports : tuple of str
        Names of all modules that it may import, in functions too. A name taken from a package may be a module of it or
        not; ``package.*`` stands for all that are.
    """

    digest: str
    imports: tuple[str, ...] = ()


def read_source(module: ModuleFile) -> Source:
    """Read a module's source, or compiled code."""
    return _parse(module.file.read_bytes() if module.file else b"", module.package)


# By the content: a file that changes while a notebook runs is read again.
@lru_cache(_REMEMBERED)
def _parse(content: bytes, package: str) -> Source:
    try:
        # An invalid escape sequence, say, is its author's affair, and that of whoever imports it.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(content)
    # Compiled code, a source for another Python, or one nested too deeply to parse.
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Source(hashlib.sha256(content).hexdigest())
    imports = dict.fromkeys(name for name in _imports(tree, package) if _is_name(name))
    return Source(hashlib.sha256(_outline(tree).encode()).hexdigest(), tuple(imports))


def _outline(tree: ast.AST) -> str:
    """Return a syntax tree as text, a line per node, list and constant; without recursion, since sums may be long."""
    lines = []
    waiting: list[Any] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            lines.append(f"{len(node)} items")
            waiting += reversed(node)
        elif isinstance(node, ast.AST):
            fields = _fields(node)
            lines.append(" ".join([type(node).__name__, *fields]))
            waiting += reversed(fields.values())
        else:
            lines.append(repr(node))
    return "\n".join(lines)


def _fields(node: ast.AST) -> dict[str, Any]:
    """Return a node's fields without docstrings, and without empty ones, since new versions of Python add some."""
    fields = {name: value for name, value in ast.iter_fields(node) if value is not None and value != []}
    if _has_docstring(node):
        fields["body"] = fields["body"][1:]
    return fields


def _has_docstring(node: ast.AST) -> bool:
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return isinstance(node, kinds) and ast.get_docstring(node, clean=False) is not None


def _imports(tree: ast.AST, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from _imports_from(node, package)
        elif isinstance(node, ast.Call) and _is_import(node.func) and node.args:
            match node.args[0]:
                case ast.Constant(value=str(name)) if not name.startswith("."):
                    yield name


def _imports_from(node: ast.ImportFrom, package: str) -> Iterator[str]:
    home = node.module or ""
    if node.level:
        parents = package.split(".")
        above = parents[: max(len(parents) - node.level + 1, 0)]
        home = ".".join([*above, *([home] if home else [])])
    yield home
    yield from (f"{home}.{name.name}" for name in node.names)


def _is_name(name: str) -> bool:
    """Whether a text can be a module's name; a relative import beyond the top package makes one that cannot."""
    return all(part == "*" or part.replace("-", "_").isidentifier() for part in name.split("."))


def _is_import(function: ast.expr) -> bool:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _IMPORTS_BY_NAME
    return False
