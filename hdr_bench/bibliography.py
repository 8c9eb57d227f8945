"""The literature: what data sets, methods and libraries are cited by, as BibTeX and as plain text."""

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
"""What a data set is cited by; ``mnist-c`` stands for each ``mnist-c:CORRUPTION``."""

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
"""What a method or a transformer of another library is cited by, as `method_key` names it; this library's own say so in
`hdr_bench.estimators.ESTIMATORS` and `TRANSFORMERS`."""

LIBRARIES: dict[str, tuple[str, ...]] = {"scikit-learn": ("pedregosa2011",), "torch": ("paszke2019", "tietz2017")}
"""What computes: always, and if a method needs torch."""


def method_key(name: str) -> str:
    """Return what an estimator or transformer is called in the tables of what is cited.

    Classes of different libraries may share a name, and one library may move a class between its modules: what counts
    is the library with the class.

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
    """Return `text` if it is BibTeX, or nothing.

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
        If it cannot be read, or holds no entry.
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
        If it cannot be read, holds no entry, or an entry lacks what a reference needs.
    """
    # By its class: by its name, pybtex would look through everything that is installed, each time.
    from pybtex.database.input.bibtex import Parser
    from pybtex.exceptions import PybtexError

    try:
        bibliography = Parser().parse_string(text)
    except PybtexError as error:
        raise BibliographyError(f"this is no BibTeX: {error_line(error)}; write e.g. {_EXAMPLE}") from error
    if not bibliography.entries:
        raise BibliographyError(f"this BibTeX has no entry: {text.strip()[:60]!r}; write e.g. {_EXAMPLE}")
    as_plain_text(bibliography)
    return bibliography


@cache
def references() -> "BibliographyData":
    """Return the entries that the library carries, by their keys.

    Returns
    -------
    bibliography : BibliographyData
    """
    return parse_bibtex((resources.files("hdr_bench") / "references.bib").read_text(encoding="utf-8"))


def bibtex_of(keys: Iterable[str]) -> dict[str, str]:
    """Return entries that the library carries, as BibTeX.

    Parameters
    ----------
    keys : iterable of str
        As ``references.bib`` has them.

    Returns
    -------
    entries : dict of str to str
        By their keys, in the same order.

    Raises
    ------
    UnknownNameError
        If there is no entry of a key.
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
    """Return each entry as a reference in words, as BibTeX's style `plain` writes them, in their own order.

    Parameters
    ----------
    bibliography : BibliographyData

    Returns
    -------
    references : list of str
        In the order of the entries.

    Raises
    ------
    BibliographyError
        If an entry lacks what a reference needs.
    """
    from pybtex.backends.plaintext import Backend
    from pybtex.style import FormattedEntry

    style, backend = _plain_style(), Backend()
    written = []
    for key, entry in bibliography.entries.items():
        try:
            formatted: FormattedEntry = style.format_entry("", entry)
        # What pybtex's templates raise has no common base.
        except Exception as error:
            raise BibliographyError(f"the BibTeX entry {shown(key)} makes no reference: {error_line(error)}") from error
        written.append(formatted.text.render(backend))
    return written


@cache
def _plain_style() -> "Style":
    """Return BibTeX's style `plain`; to make it, pybtex looks through everything that is installed."""
    from pybtex.style.formatting.plain import Style

    return Style()


_EXAMPLE = "@misc{doe2020, author = {Doe, Jane}, title = {Digits}, year = {2020}}"
