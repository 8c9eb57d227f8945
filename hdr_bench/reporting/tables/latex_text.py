"""Text as LaTeX writes it: special characters escaped, letters as commands, and the packages that those need."""

import re
import unicodedata
from contextlib import suppress

_ESCAPED = {sign: f"\\{sign}" for sign in "&%$#_{}"}
_NAMED = {"\\": "backslash", "~": "asciitilde", "^": "asciicircum", "<": "less", ">": "greater", "|": "bar"}
# Behind the end of a row these two would be its options.
_IN_BRACES = {sign: f"{{{sign}}}" for sign in "[*"}
_SPECIAL = str.maketrans(_ESCAPED | {sign: f"\\text{name}{{}}" for sign, name in _NAMED.items()} | _IN_BRACES)

_ENDS_IN_A_NAME = re.compile(r"\\[A-Za-z]+$")
# latexcodec writes these, but no package defines them, or they are for formulas and it does not make one.
_UNDEFINED = re.compile(
    r"\\(Alpha|Beta|Epsilon|Zeta|Eta|Iota|Kappa|Mu|Nu|[Oo]micron|Rho|Tau|Chi|neg|not(?=\{)|notni)(?![A-Za-z])|\?\?"
)
_PACKAGES = {
    r"\usepackage[T1]{fontenc}": re.compile(
        r"\\(DH|TH|DJ|dh|th|dj|k|textogonekcentered|guillemotleft|guillemotright)(?![A-Za-z])"
    ),
    r"\usepackage{amssymb}": re.compile(
        r"\\(mathbb|complement|nexists|blacksquare|nsubseteq|nsupseteq|subsetneq|supsetneq|yen)(?![A-Za-z])"
    ),
}


def latex_text(text: str) -> str:
    r"""Return a text as LaTeX writes it, in one line.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    latex : str
        In ASCII. What LaTeX has no command for is named by its code point, so that nothing is lost.

    Examples
    --------
    >>> print(latex_text("Straße_1"))
    Stra{\ss}e\_1
    """
    import latexcodec  # noqa: F401  # it makes itself known to Python's codecs

    # A letter and its accent may come as two characters, which LaTeX writes as one.
    joined = unicodedata.normalize("NFC", " ".join(text.splitlines()))
    return "".join(_character(character) for character in joined.translate(_SPECIAL))


def packages_for(latex: str) -> tuple[str, ...]:
    r"""Return the lines that a document needs for what `latex_text` has written.

    Parameters
    ----------
    latex : str
        What it returned.

    Returns
    -------
    lines : tuple of str
        Commands ``\usepackage``.
    """
    return tuple(line for line, commands in _PACKAGES.items() if commands.search(latex))


def _character(character: str) -> str:
    if character.isascii() and character.isprintable():
        return character
    with suppress(UnicodeEncodeError):
        written = character.encode("latex").decode("ascii")
        if character.isprintable() and not _UNDEFINED.search(written):
            # A command's name goes on as far as there are letters, and swallows the space behind it.
            return f"{{{written}}}" if _ENDS_IN_A_NAME.search(written) else written
    return f"(U+{ord(character):04X})"
