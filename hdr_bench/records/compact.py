"""Compact form of predictions: only the wrong labels, and the summary of the scores, as JSON.

Takes about 1 to 4 kB for the 10,000 test images of MNIST, compressed. The true labels are not included: they are the
same for all trials evaluated on the same images, and are stored once for a run.

For distorted images, with many sets and many wrong predictions, there is no summary, and the wrong labels are written
more densely: one bit per image says whether it is wrong, followed by the labels sorted by true class, which groups
equal ones.
"""

import hashlib
import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.records.predictions import ClassCurve, Predictions, Reliability, ScoreSummary
from hdr_bench.records.score_summary import CONFIDENCE_STEPS, summarize_scores

_FIRST_SIGN = ord("0")
_CREDIT_DECIMALS = 6
_MEAN_DECIMALS = 6


def labels_digest(y_true: NDArray[np.int64]) -> str:
    """Return the digest that identifies true labels.

    Parameters
    ----------
    y_true : ndarray of shape (n,), int64
        Indices of classes.

    Returns
    -------
    digest : str
        The first 16 digits of the SHA-256 of their bytes (int64, little-endian).
    """
    return hashlib.sha256(np.ascontiguousarray(y_true, "<i8").tobytes()).hexdigest()[:16]


def scores_digest(predictions: Predictions) -> str:
    """Return the digest that identifies class scores.

    Parameters
    ----------
    predictions : Predictions
        Including their probabilities or decision values, if there are any.

    Returns
    -------
    digest : str
        The first 16 digits of the SHA-256 of their bytes (float32, little-endian); empty without scores.
    """
    found = predictions.probabilities if predictions.probabilities is not None else predictions.decisions
    return "" if found is None else hashlib.sha256(np.ascontiguousarray(found, "<f4").tobytes()).hexdigest()[:16]


def pack(predictions: Predictions, n_classes: int) -> bytes:
    """Return predictions in compact form.

    Parameters
    ----------
    predictions : Predictions
        Class scores are quantized as described in `ScoreSummary`.
    n_classes : int
        Number of classes in the data set.

    Returns
    -------
    content : bytes
        JSON, to be read by `unpack`.
    """
    summary = predictions.summary or summarize_scores(predictions, n_classes)
    wrong = np.flatnonzero(~predictions.is_right)
    content = {
        "n": len(predictions.y_true),
        "labels": labels_digest(predictions.y_true),
        "wrong_steps": np.diff(wrong, prepend=0).tolist(),
        "wrong_labels": predictions.y_pred[wrong].tolist(),
        "scores": None if summary is None else _packed_summary(summary, wrong),
        "scores_digest": predictions.scores_digest or scores_digest(predictions),
    }
    return (json.dumps(content, separators=(",", ":")) + "\n").encode()


def pack_labels(predictions: Predictions) -> bytes:
    """Return only the predicted classes in compact form.

    Parameters
    ----------
    predictions : Predictions
        Predictions for distorted images; class scores are left out.

    Returns
    -------
    content : bytes
        JSON, to be read by `unpack`.
    """
    is_wrong = ~predictions.is_right
    order = np.argsort(predictions.y_true[is_wrong], kind="stable")
    content = {
        "n": len(predictions.y_true),
        "labels": labels_digest(predictions.y_true),
        "wrong_bits": np.packbits(is_wrong).tobytes().hex(),
        "wrong_signs": "".join(chr(_FIRST_SIGN + label) for label in predictions.y_pred[is_wrong][order].tolist()),
    }
    return (json.dumps(content, separators=(",", ":")) + "\n").encode()


def labels_of(content: bytes) -> str:
    """Return the digest of the true labels that belong to predictions in compact form.

    Parameters
    ----------
    content : bytes
        As returned by `pack`.

    Returns
    -------
    digest : str
        As returned by `labels_digest`.

    Raises
    ------
    ValueError, KeyError
        If the content is damaged.
    """
    return str(json.loads(content)["labels"])


def unpack(content: bytes, y_true: NDArray[np.int64]) -> Predictions:
    """Return the predictions written by `pack` or `pack_labels`.

    Parameters
    ----------
    content : bytes
        As returned by these functions.
    y_true : ndarray of shape (n,), int64
        The true labels with the digest from `labels_of`.

    Returns
    -------
    predictions : Predictions
        Without probabilities and decision values.

    Raises
    ------
    ValueError, KeyError, TypeError, IndexError
        If the content is damaged, or does not match the labels.
    """
    packed = json.loads(content)
    if "wrong_bits" in packed:
        return _unpacked_labels(packed, y_true)
    if len(y_true) != packed["n"] or len(packed["wrong_steps"]) != len(packed["wrong_labels"]):
        raise ValueError(f"predictions for {packed['n']} images do not match {len(y_true)} labels")
    wrong = np.cumsum(packed["wrong_steps"], dtype=np.int64)
    y_pred = np.array(y_true, np.int64)
    y_pred[wrong] = packed["wrong_labels"]
    if int((y_pred != y_true).sum()) != len(wrong):
        raise ValueError("a prediction marked as wrong is right")
    summary = None if packed["scores"] is None else _unpacked_summary(packed["scores"], wrong, len(y_true))
    return Predictions(y_true, y_pred, summary=summary, scores_digest=packed["scores_digest"])


def _unpacked_labels(packed: dict[str, Any], y_true: NDArray[np.int64]) -> Predictions:
    n, bits = packed["n"], np.frombuffer(bytes.fromhex(packed["wrong_bits"]), np.uint8)
    if len(y_true) != n:
        raise ValueError(f"predictions for {n} images do not match {len(y_true)} labels")
    if len(bits) != -(-n // 8):
        raise ValueError(f"{len(bits)} bytes of wrong_bits do not match {n} images")
    wrong = np.flatnonzero(np.unpackbits(bits, count=n))
    signs = np.array([ord(sign) - _FIRST_SIGN for sign in packed["wrong_signs"]], np.int64)
    if len(signs) != len(wrong):
        raise ValueError(f"{len(signs)} labels for {len(wrong)} wrong predictions")
    y_pred = np.array(y_true, np.int64)
    y_pred[wrong[np.argsort(y_true[wrong], kind="stable")]] = signs
    if int((y_pred != y_true).sum()) != len(wrong):
        raise ValueError("a prediction marked as wrong is right")
    return Predictions(y_true, y_pred)


def _packed_summary(summary: ScoreSummary, wrong: NDArray[np.intp]) -> dict[str, Any]:
    # Except for ties, correctly classified images have their class among the two highest.
    tied = np.setdiff1d(np.flatnonzero(summary.top_2 < 1), wrong)
    bins = summary.reliability
    return {
        "top_2_of_wrong": [_shorten_number(credit) for credit in summary.top_2[wrong]],
        "top_2_of_tied": [[int(index), _shorten_number(summary.top_2[index])] for index in tied],
        "kept_steps": np.diff(summary.kept, prepend=0).tolist(),
        "wrong_kept_steps": np.diff(summary.wrong, prepend=0).tolist(),
        "confidence": np.rint(CONFIDENCE_STEPS * summary.confidence).astype(int).tolist(),
        "bins": None if bins is None else _packed_bins(bins),
        "curves": {str(code): _packed_curve(curve) for code, curve in summary.curves.items()},
    }


def _unpacked_summary(packed: dict[str, Any], wrong: NDArray[np.int64], n: int) -> ScoreSummary:
    top_2 = np.ones(n)
    top_2[wrong] = packed["top_2_of_wrong"]
    for index, credit in packed["top_2_of_tied"]:
        top_2[index] = credit
    return ScoreSummary(
        top_2=top_2,
        kept=np.cumsum(packed["kept_steps"], dtype=np.int64),
        wrong=np.cumsum(packed["wrong_kept_steps"], dtype=np.int64),
        confidence=np.array(packed["confidence"], np.float64) / CONFIDENCE_STEPS,
        reliability=None if packed["bins"] is None else _unpacked_bins(*packed["bins"]),
        curves={int(code): _unpacked_curve(*curve) for code, curve in packed["curves"].items()},
    )


def _packed_bins(bins: Reliability) -> list[list[Any]]:
    return [bins.counts.tolist(), _round_means(bins.confidence), _round_means(bins.accuracy)]


def _unpacked_bins(counts: list[int], confidence: list[float | None], accuracy: list[float | None]) -> Reliability:
    return Reliability(np.array(counts, np.int64), np.array(confidence, np.float64), np.array(accuracy, np.float64))


def _packed_curve(curve: ClassCurve) -> list[Any]:
    return [curve.positives.tolist(), curve.negatives.tolist(), curve.auc, curve.average_precision]


def _unpacked_curve(positives: list[int], negatives: list[int], auc: float, precision: float) -> ClassCurve:
    return ClassCurve(np.array(positives, np.int64), np.array(negatives, np.int64), auc, precision)


def _shorten_number(value: float) -> float | int:
    rounded = round(float(value), _CREDIT_DECIMALS)
    return int(rounded) if rounded.is_integer() else rounded


def _round_means(means: NDArray[np.float64]) -> list[float | None]:
    return [None if math.isnan(mean) else round(float(mean), _MEAN_DECIMALS) for mean in means]
