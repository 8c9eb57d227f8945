"""Text of a suite, printed by `show` from its records alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len

from hdr_bench.cli.study_text import study_lines
from hdr_bench.exceptions import shown
from hdr_bench.names import visible_prose
from hdr_bench.records.case import Case, TrainingCorruption
from hdr_bench.records.distortions import Severity
from hdr_bench.records.evaluations import TestSet
from hdr_bench.records.grid import Table, count_combinations, tables_of
from hdr_bench.records.protocol import KINDS, DatasetChoice, Protocol
from hdr_bench.records.quantities import duration, format_bytes
from hdr_bench.records.suite import Suite
from hdr_bench.records.text import pluralize

_MOST_VALUES = 8
_TIMES = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def describe_suite(suite: Suite) -> list[str]:
    """Return a suite as lines: what it is, its protocol, and each case with its own settings.

    Parameters
    ----------
    suite : Suite

    Returns
    -------
    lines : list of str
    """
    lines = [f"{suite.name}: {suite.title}", *_align(list(_common(suite)))]
    rows = [(case.name, _method(case)) for case in suite.cases]
    width = _width([*(case.name for case in suite.cases), *(row.name for row in suite.not_built)])
    for case, (name, method) in zip(suite.cases, rows, strict=True):
        lines += [f"  {_pad(name, width)}  {method}", *(f"      {line}" for line in _align(list(_of_case(case))))]
    for study in suite.studies:
        lines += [f"  study: {study.name}", *(f"      {line}" for line in _align(list(study_lines(study))))]
    for row in suite.not_built:
        lines.append(f"  {_pad(row.name, width)}  not run: {row.reason}")
    return [visible_prose(line) for line in lines]


def _common(suite: Suite) -> Iterator[tuple[str, str]]:
    if suite.source or suite.authors:
        yield "source", ". ".join(filter(None, (suite.authors.rstrip("."), suite.source)))
    yield "data set", _dataset(suite.dataset)
    yield "protocol", _protocol(suite.protocol)
    for each in suite.test_sets:
        yield "test set", f"{each.name}: {', '.join(_test_set(each))}"
    if limits := _limits(suite):
        yield "limits", limits
    if suite.budget:
        yield "takes", f"about {duration(suite.budget)} on two cores"


def _test_set(test_set: TestSet) -> Iterator[str]:
    """Yield the images of a test set, their number, and what is done to them."""
    if test_set.dataset is None:
        yield "the whole data set" if test_set.part == "all" else "the test part"
    else:
        yield f"{_dataset(test_set.dataset)}{', all images' if test_set.part == 'all' else ''}"
    if test_set.samples is not None:
        yield f"{test_set.samples:,} images"
    if test_set.corruption is not None:
        yield _corruption(test_set.corruption, test_set.severity)
    if test_set.attack is not None:
        yield f"attacked with {test_set.attack}, eps {test_set.eps:g}"
        for name in ("steps", "step_size", "restarts"):
            if (value := getattr(test_set, name)) is not None:
                yield f"{name.replace('_', ' ')} {value:,}"
    if test_set.transfer_from:
        yield f"made for {test_set.transfer_from} to evaluate {test_set.transfers_to}"
    if test_set.cases:
        yield f"for {', '.join(map(shown, test_set.cases))}"


def _corruption(name: str, severity: Severity) -> str:
    return f"{name.replace('_', ' ')} {severity if severity == 'mnist-c' else f'of severity {severity}'}"


def _training_corruption(each: TrainingCorruption) -> str:
    share = "" if each.share == 1 else f" of {100 * each.share:g} %"
    return f"copies{share} with {_corruption(each.corruption, each.severity)}"


def _of_case(case: Case) -> Iterator[tuple[str, str]]:
    """Yield the settings of a case that replace or extend the suite's."""
    if case.dataset is not None:
        yield "data set", _dataset(case.dataset)
    if case.protocol is not None:
        yield "protocol", _protocol(case.protocol)
    yield from ((place, _table(table)) for place, table in tables_of(case.grid).items())
    if case.validation is not None:
        yield "validation", "on the test part after each epoch, for the curves only"
    if case.samples is not None:
        yield "samples", f"{case.samples:,} training images"
    if case.train_with:
        yield "trained with", ", ".join(map(_training_corruption, case.train_with))
    if limits := _limits(case):
        yield "limits", limits
    if case.reduced is not None and (reduced := _reduction(case)):
        yield "reduced", f"{reduced}; in full with --full"
    if count := sum(len(published.figures) for published in case.published):
        yield "published", pluralize(count, "figure")


def _method(case: Case) -> str:
    steps = "".join(f"{_call(step.name, step.params)} -> " for step in case.steps)
    return steps + _call(case.estimator, case.params)


def _call(name: Any, params: Mapping[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in params.items())})"


def _dataset(choice: DatasetChoice) -> str:
    words = [choice.name]
    if choice.resize is not None:
        words.append("resized to {}x{} pixels".format(*choice.resize))
    if choice.test_size is not None:
        words.append(f"{100 * choice.test_size:g} % for testing, split with seed {choice.split_seed}")
    if choice.classes is not None:
        words.append(f"classes {_list_values(choice.classes)}")
    if choice.polarity is not None:
        words.append(f"all {choice.polarity.replace('-', ' ')}")
    if choice.fit is not None:
        words.append(f"in {choice.fit.upper()} form")
    if choice.labels is not None:
        words.append(f"labels corrected by {choice.labels}")
    return ", ".join(words)


def _protocol(protocol: Protocol) -> str:
    folds = protocol.folds or KINDS[protocol.kind].folds
    repeats = pluralize(protocol.repeats, "repeat")
    seeds = f"{pluralize(protocol.repeats, 'seed')} for each stochastic method"
    if protocol.kind == "cross-validation":
        return f"cross-validation in {folds} folds, {repeats}"
    if protocol.kind == "grid-search":
        halving = ", by successive halving" if protocol.strategy == "halving" else ""
        return f"grid search in {folds} folds{halving}, {seeds}"
    if protocol.kind == "learning-curve":
        return f"learning curve on {_list_values(protocol.sizes or ())} training images, {repeats}"
    more = f", up to {protocol.max_repeats:,} if the first ones differ much" if protocol.max_repeats else ""
    return f"{KINDS[protocol.kind].words}, {seeds}{more}{', training images shuffled' if protocol.shuffle else ''}"


def _table(table: Table) -> str:
    values = "; ".join(f"{name} = {_list_values(values)}" for name, values in table.items())
    return f"{values} ({pluralize(count_combinations(table), 'candidate')})"


def _list_values(values: Sequence[Any]) -> str:
    shown = ", ".join(f"{value:,}" if type(value) is int else repr(value) for value in values[:_MOST_VALUES])
    return shown if len(values) <= _MOST_VALUES else f"{shown}, ... ({len(values):,} values)"


def _limits(part: Suite | Case) -> str:
    limits = []
    if part.time_limit is not None:
        limits.append(_time_in_words(part.time_limit))
    if part.memory_limit is not None:
        limits.append(format_bytes(part.memory_limit))
    return f"{' and '.join(limits)} per trial" if limits else ""


def _reduction(case: Case) -> str:
    reduced = case.reduced
    if reduced is None:
        return ""
    words = [] if reduced.samples is None else [f"{reduced.samples:,} training images"]
    words += [] if reduced.folds is None else [f"{reduced.folds} folds"]
    words += [] if reduced.candidates is None else [f"{pluralize(reduced.candidates, 'candidate')} at random"]
    return ", ".join([*words, *(f"{name}={value!r}" for name, value in reduced.params.items())])


def _time_in_words(seconds: float) -> str:
    """Return a time in the largest unit of which it has at least one, not rounded: 90 s is 1.5 min."""
    name, size = next(((name, size) for name, size in _TIMES if seconds >= size), _TIMES[-1])
    return f"{seconds / size:g} {name}"


def _align(pairs: list[tuple[str, str]]) -> list[str]:
    width = _width(name for name, _ in pairs)
    return [f"{_pad(name, width)}  {text}" for name, text in pairs]


def _width(names: Iterable[str]) -> int:
    return max(map(cell_len, names), default=0)


def _pad(name: str, width: int) -> str:
    # Letters in some scripts are two columns wide.
    return name + " " * (width - cell_len(name))
