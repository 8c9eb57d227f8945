"""Inherited attributes: numpydoc links them to properties that have no page."""

import re
from typing import Any

from sphinx.application import Sphinx

_LINK = re.compile(r":obj:`(?P<name>\w+_) <[^>]*>`")
_AFTER_NUMPYDOC = 900


def setup(app: Sphinx) -> dict[str, bool]:
    """Have such links written as names.

    Parameters
    ----------
    app : Sphinx

    Returns
    -------
    metadata : dict of str to bool
    """
    app.connect("autodoc-process-docstring", _write_names, priority=_AFTER_NUMPYDOC)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _write_names(*event: Any) -> None:
    _, what, _, described, _, lines = event
    if what != "class":
        return
    own = vars(described)

    def write(link: re.Match[str]) -> str:
        # A name that ends with an underscore would be a link in reStructuredText.
        return link[0] if link["name"] in own else rf"{link['name'].removesuffix('_')}\_"

    lines[:] = [_LINK.sub(write, line) for line in lines]
