"""User code that an estimator comes from: its modules, and hashes of their statements."""

import ast
import functools
import hashlib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MethodType, ModuleType
from typing import Any

from hdr_bench.class_cache import cache_by_class, is_instance
from hdr_bench.estimators.foreign.parameters import own_params
from hdr_bench.exceptions import CodeDiffersError
from hdr_bench.experiments.planning.module_files import ModuleFile, find_module, is_own

_IMPORTS_BY_NAME = frozenset({"import_module", "__import__"})
_REMEMBERED = 1000


@dataclass(frozen=True)
class Source:
    """Source of a module, as far as it affects results.

    Attributes
    ----------
    digest : str
        SHA-256 of its statements without comments, docstrings and layout; of the bytes if it is not Python source.
    imports : tuple of str
        Names of all modules that it may import, including in functions. A name imported from a package may or may not
        be a module of it; ``package.*`` stands for all its modules.
    """

    digest: str
    imports: tuple[str, ...] = ()


def read_source(module: ModuleFile) -> Source:
    """Read the source or compiled code of a module.

    Parameters
    ----------
    module : ModuleFile

    Returns
    -------
    source : Source
    """
    return _parse(module.file.read_bytes() if module.file else b"", module.package)


# Cached by content, so that a file that changes while a notebook runs is read again.
@lru_cache(_REMEMBERED)
def _parse(content: bytes, package: str) -> Source:
    try:
        # Warnings about an invalid escape sequence, say, concern its author and whoever imports it.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(content)
    # Compiled code, source for another Python version, or source nested too deeply to parse.
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Source(hashlib.sha256(content).hexdigest())
    imports = dict.fromkeys(name for name in _imports(tree, package) if _is_name(name))
    return Source(hashlib.sha256(_outline(tree).encode()).hexdigest(), tuple(imports))


def _outline(tree: ast.AST) -> str:
    """Return a syntax tree as text, one line per node, list and constant; without recursion, as sums may be long."""
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
    """Return a node's fields without docstrings and empty fields, as new versions of Python add some."""
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
    """Return whether a text can be a module name, which a relative import beyond the top package cannot."""
    return all(part == "*" or part.replace("-", "_").isidentifier() for part in name.split("."))


def _is_import(function: ast.expr) -> bool:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _IMPORTS_BY_NAME
    return False


# Defined in a script or a notebook: there is no file to import, and the case is identified by its key.
_SCRIPTS = frozenset({"__main__", "__mp_main__"})
_PLAIN = (type(None), bool, int, float, complex, str, bytes)


def own_code(model: Any) -> str:
    """Return a hash of the user modules that an unfitted estimator comes from; empty if it is all installed.

    Parameters
    ----------
    model : estimator
        Includes the steps of a pipeline, and the estimators, classes, functions and other objects among its parameters.

    Returns
    -------
    code : str
        The first 16 hexadecimal digits of a SHA-256 of the names of the modules and their statements. Comments,
        docstrings and the layout of the source are ignored, as are modules imported by a computed name, and files that
        a module reads.
    """
    return code_of(module_names(model))


def code_of(names: frozenset[str]) -> str:
    """Return the hash of the user modules among these and their imports; empty if all are installed.

    Parameters
    ----------
    names : frozenset of str
        Module names.

    Returns
    -------
    code : str
        16 hexadecimal digits.
    """
    found = _own_modules(names)
    if not found:
        return ""
    lines = (f"{name} {read_source(module).digest}\n" for name, module in sorted(found.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:16]


def check_code(model: Any, planned: str) -> None:
    """Compare user code with its state when the run was planned.

    Parameters
    ----------
    model : estimator
        Unfitted.
    planned : str
        Hash of the code when the run was planned; empty if there is no user code.

    Raises
    ------
    CodeDiffersError
        If it has changed.
    """
    if planned and own_code(model) != planned:
        names = ", ".join(sorted(own_modules(model))) or "no user module"
        raise CodeDiffersError(
            f"the code of this method ({names}) has changed since the run was planned; run the suite again, and "
            "on a cluster, copy the same code to every machine"
        )


def own_modules(model: Any) -> dict[str, ModuleFile]:
    """Return the user modules that an estimator comes from, by name: those of its objects, and their imports.

    Parameters
    ----------
    model : estimator
        Unfitted.

    Returns
    -------
    modules : dict of str to ModuleFile
    """
    return _own_modules(module_names(model))


def _own_modules(names: Iterable[str]) -> dict[str, ModuleFile]:
    found: dict[str, ModuleFile] = {}
    seen = set(_SCRIPTS)
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if not name or name in seen:
            continue
        seen.add(name)
        module = find_module(name.removesuffix(".*"))
        if module is None or not is_own(module):
            continue
        if name.endswith(".*"):
            # The package's __init__ decides which modules a star import includes, so all of them count.
            waiting += module.submodules()
            continue
        found[name] = module
        # A package's __init__ runs before its modules.
        waiting += [name.rpartition(".")[0], *read_source(module).imports]
    return found


def module_names(model: Any) -> frozenset[str]:
    """Return the names of the modules in which the classes and functions of an object and its contents are defined.

    Parameters
    ----------
    model : object
        An estimator, or any other object.

    Returns
    -------
    names : frozenset of str

    Raises
    ------
    EstimatorError
        If an estimator's ``get_params`` fails.
    """
    names: set[str] = set()
    # Visited objects are kept alive, so that no other object gets their id.
    seen: dict[int, Any] = {}
    waiting = [model]
    while waiting:
        value = waiting.pop()
        if isinstance(value, _PLAIN) or id(value) in seen:
            continue
        seen[id(value)] = value
        names |= _homes_of(value)
        waiting += _contents_of(value)
    return frozenset(names)


def _homes_of(value: Any) -> frozenset[str]:
    """Return the modules in which a value, or its class and base classes, are defined."""
    homes = _homes_of_class(value if isinstance(value, type) else type(value))
    own = getattr(value, "__module__", None)
    if isinstance(own, str) and own not in homes:
        homes |= {own}
    return homes | {value.__name__} if isinstance(value, ModuleType) else homes


@cache_by_class
def _homes_of_class(cls: Any) -> frozenset[str]:
    homes = (getattr(part, "__module__", None) for part in cls.__mro__)
    return frozenset(home for home in homes if isinstance(home, str))


def _contents_of(value: Any) -> Iterable[Any]:
    for kinds, contents in _CONTENTS:
        if is_instance(value, kinds):
            return contents(value)
    if hasattr(value, "get_params"):
        return own_params(value).values()
    # Attributes of other objects, e.g. the layers of a network, or the function that a decorator wraps.
    return getattr(value, "__dict__", {}).values()


_CONTENTS: tuple[tuple[Any, Callable[[Any], Iterable[Any]]], ...] = (
    ((type, ModuleType), lambda _value: ()),
    (Mapping, lambda mapping: (*mapping.keys(), *mapping.values())),
    ((list, tuple, set, frozenset), tuple),
    (functools.partial, lambda partial: (partial.func, partial.args, partial.keywords)),
    (MethodType, lambda method: (method.__self__, method.__func__)),
)
