"""Filters of readings and corrections, parsed from query parameters."""

from collections.abc import Mapping
from typing import Literal, cast

from starlette.exceptions import HTTPException

from hdr_bench.web.database.collection import CorrectionFilter
from hdr_bench.web.database.pictures import ReadingFilter

KINDS = ("upload", "drawing")
REVIEWS = ("clear", "waiting", "confirmed", "settled", "any")
"""`settled` stands for all that are not waiting, `any` for all."""
_CORRECTED = {"": None, "true": True, "false": False}
_NOT_A_DIGIT = "none"
_OF_MARKS = ("label", "model_digit", "review", "wrong_for", "right_for")


def readings_of(query: Mapping[str, str]) -> ReadingFilter:
    """Return the filter of readings in a query.

    Parameters
    ----------
    query : mapping of str

    Returns
    -------
    chosen : ReadingFilter

    Raises
    ------
    HTTPException
        422 if a value is not allowed.
    """
    corrected = query.get("corrected", "")
    if corrected not in _CORRECTED:
        raise HTTPException(422, f"corrected must be true or false, got {corrected[:40]!r}.")
    marks = {name: query[name] for name in _OF_MARKS if query.get(name)}
    return ReadingFilter(
        writer=query.get("writer"),
        kind=_kind(query),
        corrected=_CORRECTED[corrected],
        marks=corrections_of(marks) if marks else None,
    )


def corrections_of(query: Mapping[str, str], review: str = "any") -> CorrectionFilter:
    """Return the filter of corrections in a query.

    Parameters
    ----------
    query : mapping of str
    review : str, default="any"
        One of `REVIEWS`, used if the query has none.

    Returns
    -------
    chosen : CorrectionFilter

    Raises
    ------
    HTTPException
        422 if a value is not allowed.
    """
    asked = query.get("review") or review
    if asked not in REVIEWS:
        raise HTTPException(422, f"review must be one of {', '.join(REVIEWS)}, got {asked[:40]!r}.")
    return CorrectionFilter(
        # An empty form field means no filter, except for the writer.
        label=_label(query.get("label")),
        model_digit=_digit("model_digit", query.get("model_digit")),
        review="" if asked == "any" else asked,
        writer=query.get("writer"),
        wrong_for=query.get("wrong_for", ""),
        right_for=query.get("right_for", ""),
        kind=_kind(query),
    )


def _kind(query: Mapping[str, str]) -> Literal["", "drawing", "upload"]:
    kind = query.get("kind", "")
    if kind and kind not in KINDS:
        raise HTTPException(422, f"kind must be {' or '.join(KINDS)}, got {kind[:40]!r}.")
    return cast("Literal['', 'drawing', 'upload']", kind)


def _label(text: str | None) -> int | Literal["none"] | None:
    return "none" if text == _NOT_A_DIGIT else _digit("label", text)


def _digit(name: str, text: str | None) -> int | None:
    if not text:
        return None
    if len(text) == 1 and text.isascii() and text.isdigit():
        return int(text)
    raise HTTPException(422, f"{name} must be a digit from 0 to 9, got {text[:40]!r}.")
