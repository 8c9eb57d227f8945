"""A figure's SVG, smaller: as a file, and as a page carries it, where ink and paper follow a page light or dark."""

import re
from collections import Counter
from urllib.parse import quote
from xml.etree import ElementTree

from hdr_bench.reporting.style import FONT, GRID, INK, PAPER

# What would be lost on a dark page, and what stands for it there.
_DARK = {
    INK: "#e8e6e3",
    PAPER: "#17191c",
    GRID: "#3a3d42",
    "#0072b2": "#58aee6",
    "#882255": "#dc7ba6",
    "#777777": "#a5a5a5",
}
_NAMES = {color: f"var(--{number})" for number, color in enumerate(_DARK)}
_FONTS = f"{FONT},Verdana,sans-serif"
_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_COORDINATES = re.compile(rb' (?:d|x|y|points|transform)="[^"]*"')
# A hundredth of a point is finer than any printer.
_DECIMALS = re.compile(rb"(\.\d\d)\d+")
_GROUP = re.compile(r"[A-Za-z0-9.]+_\d+")
_TURNED_BY_NOTHING = re.compile(r"rotate\(-?0 [-\d.]+ [-\d.]+\)")


def round_coordinates(svg: bytes) -> bytes:
    """Round an SVG's coordinates to a hundredth of a point; its texts stay as they are.

    Parameters
    ----------
    svg : bytes
        As matplotlib writes it.

    Returns
    -------
    svg : bytes

    Examples
    --------
    >>> round_coordinates(b'<text x="1.23456">1.23456</text>')
    b'<text x="1.23">1.23456</text>'
    """
    return _COORDINATES.sub(lambda match: _DECIMALS.sub(rb"\1", match[0]), svg)


def page_address(svg: bytes) -> str:
    """Return an SVG as a ``data:`` address that holds it whole, to be put between double quotes.

    Its ink and its ground follow a page that is light or dark.

    Parameters
    ----------
    svg : bytes
        As matplotlib writes it.

    Returns
    -------
    address : str
    """
    root = ElementTree.fromstring(svg)  # noqa: S314  # it was written a moment ago, by matplotlib
    for element in root.iter():
        _lighten(element)
    rules = _classify(root)
    looks = ElementTree.Element(f"{_SVG}style")
    looks.text = _looks() + rules
    root.insert(0, looks)
    ElementTree.register_namespace("", _SVG[1:-1])
    text = ElementTree.tostring(root, encoding="unicode")
    return "data:image/svg+xml," + quote(text, safe=" !$'()*+,-./:;=?@[]^_`{|}~")


def _lighten(element: ElementTree.Element) -> None:
    """Take out of an element what no viewer needs: names that nothing points to, turns by nothing, spaces."""
    for name in ("text", "tail"):
        if not (getattr(element, name) or "").strip():
            setattr(element, name, None)
    attributes = element.attrib
    if _GROUP.fullmatch(attributes.get("id", "")):
        del attributes["id"]
    if _TURNED_BY_NOTHING.fullmatch(attributes.get("transform", "")):
        del attributes["transform"]
    if _LINK in attributes:
        attributes["href"] = attributes.pop(_LINK)
    if "d" in attributes:
        attributes["d"] = re.sub(r"\s*([A-Za-z])\s*", r"\1", attributes["d"])
    if "style" in attributes:
        attributes["style"] = _short_look(attributes["style"])


def _short_look(style: str) -> str:
    rules = [part.strip().replace(": ", ":") for part in style.split(";")]
    look = ";".join(rule for rule in rules if rule and not rule.startswith("font-family"))
    for color, name in _NAMES.items():
        look = look.replace(color, name)
    return look


def _classify(root: ElementTree.Element) -> str:
    """Write looks that stand more than once as classes; return the classes' rules."""
    styled = [element for element in root.iter() if "style" in element.attrib]
    counts = Counter(element.attrib["style"] for element in styled)
    names = {look: f"c{number}" for number, look in enumerate(look for look, count in counts.items() if count > 1)}
    for element in styled:
        if name := names.get(element.attrib["style"]):
            del element.attrib["style"]
            element.attrib["class"] = name
    return "".join(f".{name}{{{look}}}" for look, name in names.items())


def _looks() -> str:
    light = "".join(f"--{number}:{color};" for number, color in enumerate(_DARK))
    dark = "".join(f"--{number}:{color};" for number, color in enumerate(_DARK.values()))
    return f"text{{font-family:{_FONTS}}}svg{{{light}}}@media(prefers-color-scheme:dark){{svg{{{dark}}}}}"
