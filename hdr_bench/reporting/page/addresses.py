"""Names of methods and rows in file names and addresses."""

import hashlib
import json
import re

from hdr_bench.reporting.run import RunContents

_HASH_LETTERS = 8
_SLUG_LETTERS = 48


def row_id(contents: RunContents, label: str) -> str:
    """Return a row's name in addresses, the same for the same results.

    Parameters
    ----------
    contents : RunContents
        The run.
    label : str
        What tables call the row.

    Returns
    -------
    row_id : str
        Suite, case and a hash of the results.
    """
    trials = contents.results[contents.results["label"] == label]
    results = [contents.records[key].model_dump(mode="json") for key in trials["key"] if key in contents.records]
    suite = contents.run.suite.name
    digest = hashlib.sha256(json.dumps([suite, label, results], sort_keys=True).encode()).hexdigest()
    return f"{slug(suite)}-{slug(label)}-{digest[:_HASH_LETTERS]}"


def slug(text: str) -> str:
    """Return a text as it can be part of file names and addresses: of a long one the beginning.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    slug : str
        Small letters, digits and hyphens.

    Examples
    --------
    >>> slug("k-NN | <b>3</b>")
    'k-nn-b-3-b'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_SLUG_LETTERS].rstrip("-") or "method"
