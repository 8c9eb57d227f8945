"""Formulas as MathML, which browsers draw by themselves: pages load nothing from elsewhere."""

from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer ``mathml``.

    Parameters
    ----------
    app : Sphinx

    Returns
    -------
    metadata : dict of str to bool
    """
    app.add_html_math_renderer("mathml", (_inline, None), (_displayed, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def _displayed(translator: Any, node: nodes.math_block) -> None:
    code = node.astext()
    if r"\\" in code and r"\begin" not in code:
        code = rf"\begin{{align*}}{code}\end{{align*}}"
    translator.body.append(f'<div class="math">{tex2mathml(code, as_block=True)}</div>')
    raise nodes.SkipNode
