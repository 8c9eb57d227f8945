"""Numbers of the pages are not parted from their units at the end of a line."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from hdr_bench.reporting.wording import bind_units

_AS_WRITTEN = (nodes.literal, nodes.FixedTextElement, nodes.math, nodes.raw, nodes.comment)


class BindUnits(SphinxTransform):
    """Put no-break spaces between numbers and units, outside code."""

    # After everything that makes text.
    default_priority = 900

    def apply(self, **_: Any) -> None:
        """Write the text of the document again where it has a number with a unit."""
        for text in list(self.document.findall(nodes.Text)):
            bound = bind_units(text)
            if bound != text and not _is_as_written(text):
                text.parent.replace(text, nodes.Text(bound))


def _is_as_written(node: nodes.Node) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, _AS_WRITTEN):
            return True
    return False


def setup(app: Sphinx) -> dict[str, bool]:
    """Have it done to every page.

    Parameters
    ----------
    app : Sphinx

    Returns
    -------
    metadata : dict of str to bool
    """
    app.add_transform(BindUnits)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
