"""The user's own code that a suite runs, known by its text alone: nothing is imported to find out."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hdr_bench.datasets import list_datasets
from hdr_bench.estimators import ESTIMATORS, TRANSFORMERS
from hdr_bench.experiments.module_files import find_module, is_own
from hdr_bench.experiments.place import own_modules
from hdr_bench.experiments.suite import Suite


def describe_user_code(suite: Suite) -> list[str]:
    """Say in a line which modules of the user's a suite's file names, and where they are; nothing if it names none.

    Examples
    --------
    >>> from hdr_bench import load_suite
    >>> describe_user_code(load_suite("quick"))
    []
    """
    with own_modules(suite.folder):
        files = {name: file for name in _modules(suite) if (file := _own_file(name)) is not None}
    if not files:
        return []
    return [f"runs code of {' and '.join(f'{name} ({file})' for name, file in files.items())}"]


def dotted_paths(suite: Suite) -> dict[str, None]:
    """Return all texts in a suite that may be dotted paths of code which is not this library's, in their order."""
    choices = (suite.dataset, *(case.dataset for case in suite.cases))
    found = [choice.name for choice in choices if choice is not None and choice.given is None]
    for case in suite.cases:
        methods: list[Any] = [case.params, case.grid, *(step.params for step in case.steps)]
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


def _own_file(name: str) -> Path | None:
    """Return the file, or the folder, of a module that is the user's own; None for all others."""
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
