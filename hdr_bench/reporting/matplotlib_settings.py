"""matplotlib without a user's own settings, which can keep it from being imported and do not belong in a report."""

import os
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path

_VARIABLES = ("MPLBACKEND", "MATPLOTLIBRC")
_SETTINGS = "matplotlibrc"


def load_matplotlib() -> None:
    """Import matplotlib as a notebook would; without the user's settings only if it cannot be imported with them.

    So whoever imports it after this library finds it as they set it up. An unknown ``MPLBACKEND`` and a
    ``matplotlibrc`` that is not UTF-8 keep it from being imported.
    """
    try:
        import matplotlib as mpl  # noqa: F401  # for those who import it after this
    except Exception:  # noqa: BLE001  # whatever the checks of its settings raise
        # Its parts, which are still there, belong to a whole that is not.
        for name in [name for name in sys.modules if name.startswith("matplotlib.")]:
            del sys.modules[name]
        load_matplotlib_alone()


def load_matplotlib_alone() -> None:
    """Import matplotlib with its default settings and without a window, in a process that only draws."""
    with _default_settings():
        import matplotlib as mpl  # noqa: F401  # as above


@contextmanager
def _default_settings() -> Iterator[None]:
    """Let matplotlib find its default settings alone, and leave the environment as it was."""
    before = {name: os.environ.get(name) for name in _VARIABLES}
    defaults = _data_folder() / _SETTINGS
    os.environ.update(zip(_VARIABLES, ("agg", str(defaults)), strict=True))
    # A file in the working folder comes before the one that the environment names.
    elsewhere = chdir(defaults.parent) if os.path.lexists(_SETTINGS) else nullcontext()
    try:
        with elsewhere:
            yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def _data_folder() -> Path:
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("No module named 'matplotlib'", name="matplotlib")
    return Path(spec.origin).parent / "mpl-data"
