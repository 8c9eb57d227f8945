"""What a page shows of each method, beside the tables: how it was measured, its parameters, layers, images."""

import json
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from hdr_bench.exceptions import StoreError
from hdr_bench.records.layer_row import LayerRow
from hdr_bench.records.result import Result
from hdr_bench.reporting.displays import ConfusionDisplay, GalleryDisplay
from hdr_bench.reporting.displays.gallery import MOST_IMAGES
from hdr_bench.reporting.drawing.figure import Figure
from hdr_bench.reporting.frame import describe_problem
from hdr_bench.reporting.numbers import percent_places
from hdr_bench.reporting.page.addresses import slug
from hdr_bench.reporting.page.matrices import Matrix, make_matrix
from hdr_bench.reporting.page.rows import Row, make_row
from hdr_bench.reporting.page.sprites import Sprite, make_sprite
from hdr_bench.reporting.parts import make_part, note_reason
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.classes import class_frame_of
from hdr_bench.reporting.tables.table import percent_writer

_LONGEST = 400
_TRACEBACK_LINES = 12
_MOST_RIGHT = 16
_MOST_WARNINGS = 20
Part = TypeVar("Part")
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Method:
    """What a page shows of a method.

    Attributes
    ----------
    name, id : str
    accuracy : str
        In percent; empty if every trial failed.
    rows : tuple of Row
        Of the main table; several for a learning curve.
    pipeline : str
        The estimator, with the steps before it.
    parameters : tuple of pairs
        Those that the suite sets, as text.
    defaults : tuple of pairs
        The others.
    layers : tuple of LayerRow
        Of a network.
    engine : str
    classes : tuple of tuple of str
        Class, precision, recall, F1 (in %), images.
    matrix : Matrix or None
    figures : tuple of Figure
    sprites : tuple of Sprite
    problems, warnings : tuple of str
    traceback : str
        Of the first trial that failed: its last lines.
    """

    name: str
    id: str
    accuracy: str
    rows: tuple[Row, ...]
    pipeline: str
    parameters: tuple[tuple[str, str], ...]
    defaults: tuple[tuple[str, str], ...]
    layers: tuple[LayerRow, ...]
    engine: str
    classes: tuple[tuple[str, ...], ...]
    matrix: Matrix | None
    figures: tuple[Figure, ...]
    sprites: tuple[Sprite, ...]
    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    traceback: str

    @property
    def has_scores(self) -> bool:
        """There are curves over its scores of classes."""
        return any(figure.name.startswith("curves-") for figure in self.figures)


def make_methods(contents: RunContents, figures: Sequence[Figure]) -> tuple[Method, ...]:
    """Return what a page shows of each method, in the suite's order; what cannot be made of one says why.

    Parameters
    ----------
    contents : RunContents
        The run.
    figures : sequence of Figure
        Drawn, of all methods.

    Returns
    -------
    methods : tuple of Method

    Warns
    -----
    ReportWarning
        For each part that cannot be made.
    """
    return tuple(
        make_part(
            f"What there is of {case}",
            partial(_method, contents, number, case, figures),
            partial(_empty_method, case, f"method-{number}-{slug(case)}"),
        )
        for number, case in enumerate(dict.fromkeys(contents.results["case"]), start=1)
    )


def common_errors(contents: RunContents) -> Sprite | None:
    """Return the images that every method gets wrong.

    Parameters
    ----------
    contents : RunContents
        The run.

    Returns
    -------
    sprite : Sprite or None
        None for a single method, if there are no such images, or if they are not stored.
    """
    with suppress(StoreError):
        if len(contents.cases_on_same_images()) < 2:
            return None
        gallery = GalleryDisplay.from_common_errors(contents)
        return make_sprite(gallery) if gallery.examples else None
    return None


def _empty_method(case: str, address: str, problem: str) -> Method:
    return Method(case, address, "", (), "", (), (), (), "", (), None, (), (), (problem,), (), "")


def _method(contents: RunContents, number: int, case: str, figures: Sequence[Figure]) -> Method:
    left_out: list[str] = []

    def part(what: str, make: Callable[[], Part], empty: Part) -> Part:
        return make_part(f"{what} of {case}", make, note_reason(left_out, empty))

    trials = contents.results[contents.results["case"] == case]
    records = [contents.records[key] for key in trials["key"] if key in contents.records]
    good = [record for record in records if record.status == "ok"]
    address = f"method-{number}-{slug(case)}"
    bad = trials[trials["status"] != "ok"]
    is_readable = part("The predictions", lambda: bool(good) and _is_readable(contents, case), False)
    no_pairs: Pairs = ()
    chosen, defaults = part("The parameters", lambda: _parameters(good), (no_pairs, no_pairs))
    return Method(
        name=case,
        id=address,
        accuracy=part("The accuracy", lambda: _accuracy(contents, case) if good else "", ""),
        rows=tuple(make_row(contents, label, address) for label in dict.fromkeys(trials["label"])),
        pipeline=part("The steps", lambda: _pipeline(records), ""),
        parameters=chosen,
        defaults=defaults,
        layers=good[0].layers if good else (),
        engine=", ".join(sorted({record.measurements.engine for record in good if record.measurements})),
        classes=part("The table of classes", lambda: _classes(contents, case) if is_readable else (), ()),
        matrix=part("The confusion matrix", lambda: _matrix(contents, case) if is_readable else None, None),
        figures=tuple(figure for figure in figures if figure.case == case),
        sprites=part("The images", lambda: tuple(_sprites(contents, case)) if is_readable else (), ()),
        # Last: what is left out above is among them.
        problems=(*dict.fromkeys(map(describe_problem, bad["status"], bad["error"])), *left_out),
        warnings=_warnings(records),
        traceback=next((_last_lines(record.traceback) for record in records if record.traceback), ""),
    )


def _accuracy(contents: RunContents, case: str) -> str:
    summary = contents.summary[contents.summary["case"] == contents.label_of_case(case)]
    return percent_writer(int(summary["n_test"].iloc[0]))(float(summary["accuracy"].iloc[0]))


def _pipeline(records: list[Result]) -> str:
    if not records:
        return ""
    trial = records[0].trial
    steps = [f"{step.name}({_as_words(step.params)})" if step.params else step.name for step in trial.steps]
    return " → ".join([*steps, trial.estimator])


def _parameters(good: list[Result]) -> tuple[Pairs, Pairs]:
    """Return the parameters that a suite sets, and a search chose, and all others; as text."""
    if not good:
        return (), ()
    first = good[0]
    found = {**first.parameters, **first.trial.params}
    chosen = {**first.trial.params, **(first.searched.chosen if first.searched else {})}
    found |= {name: value for name, value in chosen.items() if name not in found}
    pairs = {name: _cut(value if isinstance(value, str) else json.dumps(value)) for name, value in found.items()}
    return (
        tuple((name, value) for name, value in pairs.items() if name in chosen),
        tuple((name, value) for name, value in pairs.items() if name not in chosen),
    )


def _as_words(params: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in params.items())


def _is_readable(contents: RunContents, case: str) -> bool:
    return bool(contents.predictions_of(contents.label_of_case(case)))


def _matrix(contents: RunContents, case: str) -> Matrix:
    return make_matrix(ConfusionDisplay.from_run(contents, case))


def _classes(contents: RunContents, case: str) -> tuple[tuple[str, ...], ...]:
    rows = class_frame_of(contents, contents.label_of_case(case))
    places = percent_places(int(rows["support"].sum()) // max(len(rows), 1))
    return tuple(_class_row(row, places) for row in rows.to_dict("records"))


def _class_row(row: dict[Any, Any], places: int) -> tuple[str, ...]:
    percents = (f"{100 * row[name]:.{places}f}" for name in ("precision", "recall", "f1"))
    return str(row["class"]), *percents, f"{row['support']:,}"


def _sprites(contents: RunContents, case: str) -> list[Sprite]:
    sprites = []
    for kind, max_images in (("wrong", MOST_IMAGES), ("right", _MOST_RIGHT)):
        with suppress(StoreError):
            gallery = GalleryDisplay.from_run(contents, case, kind, max_images)
            if gallery.examples:
                sprites.append(make_sprite(gallery))
    return sprites


def _warnings(records: list[Result]) -> tuple[str, ...]:
    found = list(dict.fromkeys(_cut(warning) for record in records for warning in record.warnings))
    more = len(found) - _MOST_WARNINGS
    return (*found[:_MOST_WARNINGS], f"and {more:,} more, in results.json") if more > 0 else tuple(found)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


def _last_lines(text: str) -> str:
    """Return the end of a traceback without the folders that its files lie in: a report says the same elsewhere."""
    lines = text.strip().splitlines()[-_TRACEBACK_LINES:]
    return "\n".join(re.sub(r'File ".*/(?=[^/"]+/[^/"]+")', 'File "…/', line) for line in lines)
