"""The literature: what data sets, methods and libraries are cited by, as BibTeX and as plain text."""

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from hdr_bench.exceptions import BibliographyError

if TYPE_CHECKING:
    from pybtex.database import BibliographyData

DATASETS: dict[str, tuple[str, ...]] = {
    "mnist": ("lecun1998",),
    "mnist-5k": ("lecun1998", "raschka2018"),
    "digits-8x8": ("alpaydin1998",),
    "nist15": ("grother1995",),
}
"""What a data set is cited by."""

METHODS: dict[str, tuple[str, ...]] = {
    "svm": ("cortes1995",),
    "knn": ("cover1967",),
    "tree": ("breiman1984",),
    "linear": ("hastie2009",),
    "polynomial": ("lecun1998",),
    "mlp": ("rumelhart1986",),
    "cnn": ("lecun1998",),
    "radial-basis": ("broomhead1988", "lecun1998"),
    "virtual-svm": ("schoelkopf1996",),
    "SVMClassifier": ("cortes1995",),
    "KNNClassifier": ("cover1967",),
    "LinearClassifier": ("hastie2009",),
    "PolynomialClassifier": ("lecun1998",),
    "CNNClassifier": ("lecun1998",),
    "RadialBasisClassifier": ("broomhead1988", "lecun1998"),
    "VirtualSVMClassifier": ("schoelkopf1996",),
    "SVC": ("cortes1995",),
    "LinearSVC": ("fan2008",),
    "KNeighborsClassifier": ("cover1967",),
    "DecisionTreeClassifier": ("breiman1984",),
    "ExtraTreeClassifier": ("geurts2006",),
    "ExtraTreesClassifier": ("geurts2006",),
    "RandomForestClassifier": ("breiman2001",),
    "GradientBoostingClassifier": ("friedman2001",),
    "HistGradientBoostingClassifier": ("friedman2001",),
    "LogisticRegression": ("hastie2009",),
    "RidgeClassifier": ("hastie2009",),
    "GaussianNB": ("hastie2009",),
    "SGDClassifier": ("bottou2010",),
    "Perceptron": ("rosenblatt1958",),
    "PassiveAggressiveClassifier": ("crammer2006",),
    "MLPClassifier": ("rumelhart1986",),
    "deskew": ("lecun1998",),
    "Deskewer": ("lecun1998",),
    "Nystroem": ("williams2001",),
    "RBFSampler": ("rahimi2007",),
}
"""What a method or a transformer is cited by: the library's own by their names, scikit-learn's by their classes."""

LIBRARIES: dict[str, tuple[str, ...]] = {"scikit-learn": ("pedregosa2011",), "networks": ("paszke2019", "tietz2017")}
"""What computes: always, and where there are networks."""


def check_bibtex(text: str) -> str:
    """Return `text` if it is BibTeX, or nothing.

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

    Raises
    ------
    BibliographyError
        If it cannot be read, holds no entry, or an entry lacks what a reference needs.
    """
    from pybtex.database import parse_string
    from pybtex.exceptions import PybtexError

    try:
        found = parse_string(text, "bibtex")
    except PybtexError as error:
        raise BibliographyError(f"this is no BibTeX: {error}; write e.g. {_EXAMPLE}") from error
    if not found.entries:
        raise BibliographyError(f"this BibTeX has no entry: {text.strip()[:60]!r}; write e.g. {_EXAMPLE}")
    as_plain_text(found)
    return found


@cache
def references() -> "BibliographyData":
    """Return the entries that the library carries, by their keys."""
    return parse_bibtex((resources.files("hdr_bench") / "references.bib").read_text(encoding="utf-8"))


def as_plain_text(bibliography: "BibliographyData") -> list[str]:
    """Return each entry as a reference in words, as BibTeX's style `plain` writes them, in their own order.

    Raises
    ------
    BibliographyError
        If an entry lacks what a reference needs.
    """
    from pybtex.backends.plaintext import Backend
    from pybtex.style import FormattedEntry
    from pybtex.style.formatting.plain import Style

    style, backend = Style(), Backend()
    written = []
    for key, entry in bibliography.entries.items():
        try:
            formatted: FormattedEntry = style.format_entry("", entry)
        # What pybtex's templates raise has no common base.
        except Exception as error:
            raise BibliographyError(f"the BibTeX entry {key!r} makes no reference: {error}") from error
        written.append(formatted.text.render(backend))
    return written


_EXAMPLE = "@misc{doe2020, author = {Doe, Jane}, title = {Digits}, year = {2020}}"
