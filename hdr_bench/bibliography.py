"""The literature: references for data sets, methods and libraries, as BibTeX and as plain text."""

from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from hdr_bench.error_text import error_line
from hdr_bench.exceptions import BibliographyError, UnknownNameError, shown

if TYPE_CHECKING:
    from pybtex.database import BibliographyData, Entry
    from pybtex.style.formatting.plain import Style

DATASETS: dict[str, tuple[str, ...]] = {
    "mnist": ("lecun1998",),
    "mnist-5k": ("lecun1998", "raschka2018"),
    "digits-8x8": ("alpaydin1998",),
    "nist15": ("grother1995",),
    "mnist-c": ("lecun1998", "mu2019"),
}
"""References for each data set; ``mnist-c`` covers every ``mnist-c:CORRUPTION``."""

OTHER_METHODS: dict[str, tuple[str, ...]] = {
    "sklearn.SVC": ("cortes1995",),
    "sklearn.LinearSVC": ("fan2008",),
    "sklearn.KNeighborsClassifier": ("cover1967",),
    "sklearn.DecisionTreeClassifier": ("breiman1984",),
    "sklearn.ExtraTreeClassifier": ("geurts2006",),
    "sklearn.ExtraTreesClassifier": ("geurts2006",),
    "sklearn.RandomForestClassifier": ("breiman2001",),
    "sklearn.GradientBoostingClassifier": ("friedman2001",),
    "sklearn.HistGradientBoostingClassifier": ("friedman2001",),
    "sklearn.LogisticRegression": ("hastie2009",),
    "sklearn.RidgeClassifier": ("hastie2009",),
    "sklearn.GaussianNB": ("hastie2009",),
    "sklearn.SGDClassifier": ("bottou2010",),
    "sklearn.Perceptron": ("rosenblatt1958",),
    "sklearn.PassiveAggressiveClassifier": ("crammer2006",),
    "sklearn.MLPClassifier": ("rumelhart1986",),
    "sklearn.Nystroem": ("williams2001",),
    "sklearn.RBFSampler": ("rahimi2007",),
}
"""References for methods and transformers of other libraries, by `method_key`; those of this library are in
`hdr_bench.estimators.ESTIMATORS` and `TRANSFORMERS`."""

LIBRARIES: dict[str, tuple[str, ...]] = {"scikit-learn": ("pedregosa2011",), "torch": ("paszke2019", "tietz2017")}
"""References for the libraries that compute: scikit-learn always, torch if a method needs it."""


def method_key(name: str) -> str:
    """Return the key of an estimator or transformer in the tables of references.

    Classes of different libraries may share a name, and a library may move a class between its modules, so the key is
    the library's name with the class's.

    Parameters
    ----------
    name : str
        A name of this library's own tables, or a dotted path.

    Returns
    -------
    key : str

    Examples
    --------
    >>> method_key("mlp"), method_key("sklearn.neural_network.MLPClassifier")
    ('mlp', 'sklearn.MLPClassifier')
    """
    package, dot, rest = name.partition(".")
    return f"{package}.{rest.rpartition('.')[2]}" if dot else name


def check_bibtex(text: str) -> str:
    """Return `text` if it is BibTeX or empty.

    Parameters
    ----------
    text : str
        It may be empty.

    Returns
    -------
    text : str

    Raises
    ------
    BibliographyError
        If it cannot be parsed, or holds no entry.
    """
    if text.strip():
        parse_bibtex(text)
    return text


def parse_bibtex(text: str) -> "BibliographyData":
    """Read BibTeX.

    Parameters
    ----------
    text : str

    Returns
    -------
    bibliography : BibliographyData

    Raises
    ------
    BibliographyError
        If it cannot be parsed, holds no entry, or an entry lacks a field that a reference needs.
    """
    # By its class: by its name, pybtex would look through everything that is installed, each time.
    from pybtex.database.input.bibtex import Parser
    from pybtex.exceptions import PybtexError

    try:
        bibliography = Parser().parse_string(text)
    except PybtexError as error:
        raise BibliographyError(f"this is not valid BibTeX: {error_line(error)}; write e.g. {_EXAMPLE}") from error
    if not bibliography.entries:
        raise BibliographyError(f"this BibTeX has no entry: {text.strip()[:60]!r}; write e.g. {_EXAMPLE}")
    as_plain_text(bibliography)
    return bibliography


@cache
def references() -> "BibliographyData":
    """Return the entries that ship with the library, by their keys.

    Returns
    -------
    bibliography : BibliographyData
    """
    return parse_bibtex((resources.files("hdr_bench") / "references.bib").read_text(encoding="utf-8"))


def bibtex_of(keys: Iterable[str]) -> dict[str, str]:
    """Return entries that ship with the library, as BibTeX.

    Parameters
    ----------
    keys : iterable of str
        Keys in ``references.bib``.

    Returns
    -------
    entries : dict of str to str
        By their keys, in the same order.

    Raises
    ------
    UnknownNameError
        If there is no entry for a key.
    """
    entries = references().entries
    for key in (keys := tuple(keys)):
        if key not in entries:
            raise UnknownNameError("key of references.bib", key, entries)
    return {key: write_bibtex(entries[key]) for key in keys}


def write_bibtex(entry: "Entry") -> str:
    """Return an entry as BibTeX.

    Parameters
    ----------
    entry : Entry
        Of a bibliography.

    Returns
    -------
    text : str
    """
    from pybtex.database import BibliographyData
    from pybtex.database.output.bibtex import Writer

    text: str = Writer().to_string(BibliographyData(entries={entry.key: entry}))
    return text


def as_plain_text(bibliography: "BibliographyData") -> list[str]:
    """Return each entry as a plain-text reference in BibTeX's style `plain`, in the order of the entries.

    Parameters
    ----------
    bibliography : BibliographyData

    Returns
    -------
    references : list of str
        One per entry.

    Raises
    ------
    BibliographyError
        If an entry lacks a field that a reference needs.
    """
    from pybtex.backends.plaintext import Backend
    from pybtex.style import FormattedEntry

    style, backend = _plain_style(), Backend()
    written = []
    for key, entry in bibliography.entries.items():
        try:
            formatted: FormattedEntry = style.format_entry("", entry)
        # The errors of pybtex's templates have no common base class.
        except Exception as error:
            raise BibliographyError(
                f"the BibTeX entry {shown(key)} cannot be formatted as a reference: {error_line(error)}"
            ) from error
        written.append(formatted.text.render(backend))
    return written


@cache
def _plain_style() -> "Style":
    """Return BibTeX's style `plain`; to make it, pybtex looks through everything that is installed."""
    from pybtex.style.formatting.plain import Style

    return Style()


_EXAMPLE = "@misc{doe2020, author = {Doe, Jane}, title = {Digits}, year = {2020}}"
