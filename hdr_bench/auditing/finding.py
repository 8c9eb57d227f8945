"""Findings of an audit in sentences, and how it was made."""

from collections.abc import Sequence

from hdr_bench.auditing.summary import AuditSummary
from hdr_bench.records.decisions import Decisions

MOST_CONFUSIONS = 5
"""Number of pairs of given and suggested label that the finding names; more would be a table."""


def finding(summary: AuditSummary, decisions: Decisions) -> str:
    """Return the findings of an audit in sentences.

    Parameters
    ----------
    summary : AuditSummary
    decisions : Decisions
        Decisions on its candidates so far.

    Returns
    -------
    text : str
    """
    parts = {"train": "training images", "test": "test images", "all": "images"}
    sentences = [
        f"Of {summary.n_images:,} {parts[summary.part]}, an estimated {summary.n_wrong:,.0f} have a wrong label "
        f"(confident learning; 95 % interval over the choice of images: {summary.n_wrong_low:,.0f} to "
        f"{summary.n_wrong_high:,.0f}).",
        f"{summary.n_listed:,} are listed for review by a person, {summary.n_flagged:,} of them flagged by confident "
        "learning.",
        *_confusions_in_words(summary),
        *_known_in_words(summary),
        _decided_in_words(decisions),
    ]
    return " ".join(sentences)


def explain(summary: AuditSummary) -> tuple[str, ...]:
    """Return how an audit was made, what it assumes, and how to use it.

    Parameters
    ----------
    summary : AuditSummary

    Returns
    -------
    points : tuple of str
    """
    learned = "all images of both parts" if summary.part != "train" else "the training images"
    methods = "Each method" if len(summary.methods) > 1 else "The method"
    return (
        f"{methods} predicts images that it was not fitted on: {learned} are split into {summary.folds} folds, and "
        "the images of a fold are predicted after fitting on the other folds.",
        "Probabilities are calibrated with a temperature for each method, and combined as a product of powers, whose "
        "weights fit the given labels best. Images are sorted by the combined probability of their given label, the "
        "smallest first.",
        "The number of wrong labels is estimated by confident learning, its interval by resampling the images. It "
        "counts images that the methods confidently assign to another class, including hard ones with a correct label, "
        "and misses wrong labels that the methods agree with: the true number may lie outside the interval.",
        "A near duplicate is closer to the image, both deskewed and blurred, than 99 % of images are to their nearest.",
        "A listed label is not necessarily wrong; a person must look at the image. Write the class that you see into "
        "the column decision of decisions.csv (the given label to keep it, neither for an image of none of the "
        "classes, or unsure), your name into who, and the date into when; or decide on the page of hdr-bench serve "
        "--audit FOLDER. Decisions are preserved when the audit is run again.",
    )


def _confusions_in_words(summary: AuditSummary) -> Sequence[str]:
    if not summary.n_flagged:
        return ()
    repeated = [each for each in summary.confusions if each.count > 1]
    if not repeated:
        return ("No pair of given and suggested label occurs more than once among the flagged.",)
    pairs = "; ".join(
        f"given {each.given}, suggested {each.suggested} ({each.count:,})" for each in repeated[:MOST_CONFUSIONS]
    )
    return (f"Most frequent among the flagged: {pairs}.",)


def _known_in_words(summary: AuditSummary) -> Sequence[str]:
    known = summary.known
    if known is None:
        return ()
    n = len(known.ranks)
    return (
        f"Of {n} previously known errors, {known.found_among(n)} are among the first {n} images of their part, and "
        f"{known.found_among(2 * n)} among the first {2 * n}.",
    )


def _decided_in_words(decisions: Decisions) -> str:
    if not decisions.n_decided:
        return "No decisions have been made yet."
    return f"Decided so far: {decisions.n_decided:,}, of which {decisions.n_changed:,} change the label."
