"""Compare methods for handwritten digit recognition, and regenerate published tables.

The public names are listed in `__init__.pyi`. Each is imported on first access, so that ``import hdr_bench`` costs
next to nothing.
"""

import sys

__version__ = "0.2.0"


def __getattr__(name: str) -> object:
    _attach()
    return getattr(sys.modules[__name__], name)


def __dir__() -> list[str]:
    _attach()
    return sorted(globals()["__all__"])


def _attach() -> None:
    """Replace the functions above by those of the loader."""
    # Only on first access: until `__main__` has moved the working folder to the end of the import path, a module in
    # that folder may shadow one that the loader imports.
    import lazy_loader

    load, _, names = lazy_loader.attach_stub(__name__, __file__)
    globals().update(__getattr__=load, __all__=sorted([*names, "__version__"]))
