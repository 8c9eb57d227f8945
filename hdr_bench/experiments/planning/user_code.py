"""User code that a suite runs, identified by text alone, without importing anything."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hdr_bench.datasets import list_datasets
from hdr_bench.estimators import ESTIMATORS, TRANSFORMERS
from hdr_bench.experiments.planning.module_files import find_module, is_own
from hdr_bench.import_context import own_modules
from hdr_bench.records.suite import Suite


def describe_user_code(suite: Suite) -> list[str]:
    """Describe the user modules that a suite file names, and their locations; empty if there are none.

    Parameters
    ----------
    suite : Suite

    Returns
    -------
    lines : list of str
        One line for all of them, and one for each module next to the suite or in the working folder that is not used
        because an installed module of the same name comes first.

    Raises
    ------
    WorkingFolderError
        If the working folder was removed.

    Examples
    --------
    >>> from hdr_bench import load_suite
    >>> describe_user_code(load_suite("quick"))
    []
    """
    with own_modules(suite.folder):
        modules = _modules(suite)
        files = {name: file for name in modules if (file := _own_file(name)) is not None}
        shadowed = [line for root in _roots(modules) for line in _shadow_warnings(root, suite.folder)]
    if not files:
        return shadowed
    return [f"runs code of {' and '.join(f'{name} ({file})' for name, file in files.items())}", *shadowed]


def dotted_paths(suite: Suite) -> dict[str, None]:
    """Return all texts in a suite that may be dotted paths of code outside this library, in order.

    Parameters
    ----------
    suite : Suite

    Returns
    -------
    paths : dict of str to None
    """
    choices = (suite.dataset, *(case.dataset for case in suite.every_case))
    found = [choice.name for choice in choices if choice is not None and choice.given is None]
    for case in suite.every_case:
        methods: list[Any] = [case.params, case.grid, *(step.params for step in case.steps)]
        methods += [] if case.reduced is None else [case.reduced.params]
        methods += [] if case.is_object else [case.estimator]
        found += [step.name for step in case.steps]
        found += [text for method in methods for text in _texts(method)]
    known = {*ESTIMATORS, *TRANSFORMERS, *list_datasets()}
    return dict.fromkeys(text for text in found if _is_path(text) and text not in known)


def _modules(suite: Suite) -> dict[str, None]:
    return dict.fromkeys(path.rpartition(".")[0] for path in dotted_paths(suite))


def _is_path(text: str) -> bool:
    parts = text.split(".")
    return len(parts) > 1 and parts[0] != "hdr_bench" and all(part.isidentifier() for part in parts)


def _roots(modules: Iterable[str]) -> dict[str, None]:
    return dict.fromkeys(name.partition(".")[0] for name in modules)


def _shadow_warnings(root: str, folder: Path | None) -> Iterator[str]:
    """Yield a warning for each module of the user's that is not used."""
    taken = find_module(root)
    if taken is None or taken.file is None or is_own(taken):
        return
    for place in dict.fromkeys((folder or Path.cwd(), Path.cwd())):
        for own in (place / f"{root}.py", place / root / "__init__.py"):
            if own.is_file() and own.resolve() != taken.file:
                yield f"uses {root} from {taken.file}, which comes first, not from {own}; rename yours, e.g. my_{root}"


def _own_file(name: str) -> Path | None:
    """Return the file or the folder of a module that is the user's own; None for all others."""
    module = find_module(name)
    if module is None or not is_own(module):
        return None
    return module.file or Path(module.folders[0])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
