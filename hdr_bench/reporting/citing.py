"""What to cite for a suite: the library, the data, the source, each method's paper."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from hdr_bench.bibliography import (
    DATASETS,
    LIBRARIES,
    OTHER_METHODS,
    as_plain_text,
    bibtex_of,
    method_key,
    parse_bibtex,
    write_bibtex,
)
from hdr_bench.estimators import ESTIMATORS, TRANSFORMERS
from hdr_bench.estimators.entry import Entry
from hdr_bench.records.case import Case
from hdr_bench.records.environment import library_versions
from hdr_bench.records.fingerprints import class_path
from hdr_bench.records.suite import Suite

_UNKNOWN = "no reference is known"


@dataclass(frozen=True)
class Citation:
    """What one thing is cited by.

    Attributes
    ----------
    subject : str
        E.g. ``"Data set mnist"``.
    references : tuple of str
        In words.
    bibtex : dict of str to str
        The entries by their keys.
    note : str
        Why there is none.
    """

    subject: str
    references: tuple[str, ...]
    bibtex: dict[str, str]
    note: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the BibTeX entries."""
        return tuple(self.bibtex)


def citations(suite: Suite, dataset: str | None = None) -> tuple[Citation, ...]:
    """Return what to cite: the library, what it computes with, data sets, the suite's source, each method's paper.

    Parameters
    ----------
    suite : Suite
    dataset : str, optional
        What was taken in place of the suite's data sets.

    Returns
    -------
    citations : tuple of Citation

    Raises
    ------
    UnknownNameError
        If a method cites what ``references.bib`` lacks.
    """
    choices = (suite.dataset, *(case.dataset for case in suite.every_case))
    names = [dataset] if dataset else dict.fromkeys(choice.name for choice in choices if choice)
    found = [_of_bibtex("This library", _library_bibtex()), _cite_known("scikit-learn", LIBRARIES["scikit-learn"])]
    own = _own_methods()
    if any(own[key].needs_torch for case in suite.every_case for key in _method_keys(case) if key in own):
        found.append(_cite_known("Networks", LIBRARIES["torch"]))
    found += [
        _cite_known(f"Data set {name}", DATASETS.get(name.partition(":")[0], ()), "give what its source asks for")
        for name in names
    ]
    if suite.bibtex or suite.source:
        found.append(_source(suite))
    return (*found, *_methods(suite.every_case))


def to_bibtex(citations: Iterable[Citation]) -> str:
    """Return every entry once, as BibTeX.

    Parameters
    ----------
    citations : iterable of Citation

    Returns
    -------
    text : str
    """
    entries = {key: entry for citation in citations for key, entry in citation.bibtex.items()}
    return "\n\n".join(entry.strip() for entry in entries.values()) + "\n"


def to_plain_text(citations: Iterable[Citation]) -> str:
    """Return one line per reference, below what it is cited for.

    Parameters
    ----------
    citations : iterable of Citation

    Returns
    -------
    text : str
    """
    lines: list[str] = []
    for citation in citations:
        lines += [f"{citation.subject}:", *(f"  {text}" for text in citation.references or (citation.note,))]
    return "\n".join(lines) + "\n"


def _methods(cases: Iterable[Case]) -> list[Citation]:
    """Return a citation for each paper, with the methods that it is for, and one for those that none is known for."""
    methods: dict[str, list[str]] = {}
    entries: dict[str, str] = {}
    unknown = []
    for case in cases:
        found = _entries_of(case)
        entries |= found
        for key in found:
            methods.setdefault(key, []).append(case.name)
        if not found:
            unknown.append(case.name)
    papers = [_of_bibtex("; ".join(names), entries[key]) for key, names in methods.items()]
    if unknown:
        papers.append(Citation("; ".join(unknown), (), {}, f"{_UNKNOWN}; give the case a bibtex in the suite"))
    return papers


def _method_keys(case: Case) -> list[str]:
    """Return the `method_key` of a case's estimator, of those among its parameters, and of its steps."""
    name = case.estimator if isinstance(case.estimator, str) else class_path(type(case.estimator))
    names = [name, *_nested_names(case.params)]
    for step in case.steps:
        names += [step.name, *_nested_names(step.params)]
    return list(map(method_key, names))


def _own_methods() -> dict[str, Entry]:
    """Return this library's estimators and transformers, by their names and by the keys of their classes."""
    entries = {**ESTIMATORS, **TRANSFORMERS}
    return {**entries, **{method_key(entry.path): entry for entry in entries.values()}}


def _nested_names(params: Mapping[str, Any]) -> Iterator[str]:
    """Give the names of the estimators that are described among parameters, as `make_estimator` reads them."""
    for value in params.values():
        if isinstance(value, Mapping) and isinstance(value.get("estimator"), str):
            yield value["estimator"]
            yield from _nested_names(value.get("params", {}))


def _entries_of(case: Case) -> dict[str, str]:
    """Return the BibTeX entries of a case by their keys: its own, and those of its estimator and steps."""
    papers = OTHER_METHODS | {method: entry.cites for method, entry in _own_methods().items()}
    keys = dict.fromkeys(key for method in _method_keys(case) for key in papers.get(method, ()))
    own = _of_bibtex("", case.bibtex).bibtex if case.bibtex else {}
    return bibtex_of(keys) | own


def _source(suite: Suite) -> Citation:
    if suite.bibtex:
        return _of_bibtex("Source of the suite", suite.bibtex)
    return Citation("Source of the suite", (f"{suite.authors}{': ' if suite.authors else ''}{suite.source}.",), {})


def _cite_known(subject: str, keys: Iterable[str], remedy: str = "") -> Citation:
    chosen = bibtex_of(keys)
    if not chosen:
        return Citation(subject, (), {}, f"{_UNKNOWN}; {remedy}")
    return Citation(subject, tuple(as_plain_text(parse_bibtex("\n".join(chosen.values())))), chosen)


def _of_bibtex(subject: str, text: str) -> Citation:
    found = parse_bibtex(text)
    return Citation(
        subject, tuple(as_plain_text(found)), {key: write_bibtex(entry) for key, entry in found.entries.items()}
    )


def _library_bibtex() -> str:
    """Return the library's own entry, as its CITATION.cff has it, with the version in use."""
    import yaml

    cff = yaml.safe_load(citation_file().read_text(encoding="utf-8"))
    authors = " and ".join(
        f"{{{author['name']}}}" if "name" in author else f"{author['family-names']}, {author['given-names']}"
        for author in cff["authors"]
    )
    abstract = cff["abstract"].strip().rstrip(".")
    return (
        f"@misc{{{cff['title']}, author = {{{authors}}}, title = {{{{{cff['title']}: {abstract}}}}}, "
        f"note = {{Version {library_versions().get('hdr-bench', 'unknown')}}}, year = {{{cff['date-released'].year}}}}}"
    )


def citation_file() -> Path:
    """Return where CITATION.cff is: in the installed package, or beside it in a checkout.

    Returns
    -------
    path : Path
    """
    package = Path(str(resources.files("hdr_bench")))
    inside = package / "CITATION.cff"
    return inside if inside.is_file() else package.parent / "CITATION.cff"
