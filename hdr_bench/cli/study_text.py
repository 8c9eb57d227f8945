"""Studies of a suite as text."""

import json
from collections.abc import Iterator
from typing import Any

from hdr_bench.records.study import Study, changes_of
from hdr_bench.records.study_figures import STUDY_FIGURES
from hdr_bench.records.text import pluralize

_MOST_LETTERS = 60


def study_lines(study: Study) -> Iterator[tuple[str, str]]:
    """Yield what a study varies, and how it is evaluated, each with its name.

    Parameters
    ----------
    study : Study

    Yields
    ------
    name, text : str
    """
    yield "base", study.base if isinstance(study.base, str) else str(study.base.estimator)
    if study.factor:
        yield "factor", study.factor
    for level in study.levels:
        changes = changes_of(study, level)
        values = [_shown(value) for value in changes.values()]
        if level.changes:
            values = [f"{factor} = {value}" for factor, value in zip(changes, values, strict=True)]
        yield "level", f"{level.name}: {', '.join(values)}" if level.label else ", ".join(values)
    more = ""
    if study.most_seeds is not None and study.detectable is not None:
        more = f", up to {study.most_seeds:,} to detect {100 * study.detectable:g} points"
    yield "evaluated", f"on {100 * study.validation:g} % of the training images, {pluralize(study.seeds, 'seed')}{more}"
    if study.claim or study.claimed:
        yield "claim", study.claim or f"{', '.join(study.claimed)} is preferred"
        if study.judged_by != "accuracy":
            yield "judged by", STUDY_FIGURES[study.judged_by].words


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 3]}..."
