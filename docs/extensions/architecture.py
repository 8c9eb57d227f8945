"""Drawing of the architecture, made from the import contract and the packages themselves."""

import ast
import html
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from repository_links import ROOT

_WIDTH, _ROW, _GAP, _MARGIN = 760, 58, 10, 1
_ARROW = 18


@dataclass(frozen=True)
class Box:
    """A package or module of a layer.

    Attributes
    ----------
    name : str
        Its name, without that of the library.
    purpose : str
        First sentence of its docstring.
    n_modules : int
        Number of its modules; 1 for a module.
    """

    name: str
    purpose: str
    n_modules: int


def read_layers() -> list[list[Box]]:
    """Return the layers of the import contract, the topmost first.

    Returns
    -------
    layers : list of list of Box
    """
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    return [[_box(name.strip()) for name in layer.split("|")] for layer in layers]


def draw_architecture() -> str:
    """Return the drawing as SVG, in the colours of the page around it.

    Returns
    -------
    svg : str
    """
    layers = read_layers()
    packages = [layer for layer in layers if any(box.n_modules > 1 for box in layer)]
    modules = [box for layer in layers if layer not in packages for box in layer]
    rows = [*packages, [Box(", ".join(box.name for box in modules), "Know nothing of digits.", len(modules))]]
    height = len(rows) * (_ROW + _ARROW) - _ARROW + 2 * _MARGIN
    drawn = "\n".join(
        line for number, row in enumerate(rows) for line in _draw_row(row, number, number + 1 < len(rows))
    )
    return (
        f'<svg class="architecture" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="Layers of the library; each imports only from those below">\n{drawn}\n</svg>'
    )


def _box(dotted: str) -> Box:
    path = ROOT.joinpath(*dotted.split("."))
    is_package = path.is_dir()
    file = path / "__init__.py" if is_package else path.with_suffix(".py")
    words = " ".join((ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").replace("``", "").split())
    n_modules = sum(1 for _ in path.rglob("*.py")) if is_package else 1
    return Box(dotted.partition(".")[2], words.partition(". ")[0].rstrip(".") + ".", n_modules)


def _draw_row(row: list[Box], number: int, has_arrow: bool) -> Iterator[str]:
    top = _MARGIN + number * (_ROW + _ARROW)
    width = (_WIDTH - 2 * _MARGIN - _GAP * (len(row) - 1)) / len(row)
    for place, box in enumerate(row):
        left = _MARGIN + place * (width + _GAP)
        yield f'<rect x="{left:g}" y="{top}" width="{width:g}" height="{_ROW}" rx="6"/>'
        yield f'<text class="name" x="{left + 14:g}" y="{top + 22}">{html.escape(box.name)}</text>'
        yield (
            f'<text class="count" x="{left + width - 14:g}" y="{top + 22}" text-anchor="end">{box.n_modules} '
            f"{'module' if box.n_modules == 1 else 'modules'}</text>"
        )
        purpose = _shorten(box.purpose, int((width - 28) / 6.3))
        yield f'<text x="{left + 14:g}" y="{top + 43}">{html.escape(purpose)}</text>'
    if has_arrow:
        middle, start = _WIDTH / 2, top + _ROW + 2
        yield f'<path d="M{middle:g} {start}v{_ARROW - 5}m-4 -5l4 5l4 -5"/>'


def _shorten(text: str, n_letters: int) -> str:
    if len(text) <= n_letters:
        return text
    return text[:n_letters].rsplit(" ", 1)[0].rstrip(",;:") + " …"
