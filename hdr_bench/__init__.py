"""Compare methods of handwritten digit recognition, and regenerate the tables that people cite.

The public names are those of `__init__.pyi`. They are imported when they are first asked for, so that
``import hdr_bench`` costs next to nothing.
"""

import sys

__version__ = "0.2.0.dev1"


def __getattr__(name: str) -> object:
    _attach()
    return getattr(sys.modules[__name__], name)


def __dir__() -> list[str]:
    _attach()
    return sorted(globals()["__all__"])


def _attach() -> None:
    """Put the loader's functions in the place of those above."""
    # Not before a name is asked for: until `__main__` has put the working folder last on the import path, a module in
    # it may be in the place of one that the loader imports.
    import lazy_loader

    load, _, names = lazy_loader.attach_stub(__name__, __file__)
    globals().update(__getattr__=load, __all__=sorted([*names, "__version__"]))
