"""What a report says of corruptions and attacks in sentences."""

from hdr_bench.names import visible
from hdr_bench.records.text import join_notes, pluralize
from hdr_bench.reporting.comparisons.pairs import Pair
from hdr_bench.reporting.comparisons.robustness.attacks import OWN_GRADIENT
from hdr_bench.reporting.comparisons.robustness.gradient_checks import LARGE_EPS
from hdr_bench.reporting.comparisons.robustness.harm import Harm
from hdr_bench.reporting.comparisons.robustness.noise_training import NoiseTraining
from hdr_bench.reporting.comparisons.robustness.robustness import Robustness
from hdr_bench.reporting.numbers import percent_places, significant
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.robustness.noise_training import describe_copies
from hdr_bench.reporting.wording import list_few, spell


def robustness_finding(robustness: Robustness) -> str:
    """Say what a report opens with of corruptions and attacks: what does most harm, who stands it best, what was wrong.

    Parameters
    ----------
    robustness : Robustness
        Of a run.

    Returns
    -------
    text : str
        A few sentences; empty without corrupted and attacked test sets.
    """
    sentences = [
        _most_harmful(robustness.harm),
        _only_one(robustness),
        _most_robust(robustness),
        _still_wrong(robustness),
        *map(_noise_training, robustness.noise_training),
        _strongest_attack(robustness),
    ]
    return " ".join(filter(None, sentences))


def _most_harmful(harm: Harm | None) -> str:
    if harm is None:
        return ""
    n_methods = len(harm.labels)
    over = f"the mean error of {spell(n_methods)} methods" if n_methods > 1 else f"the error of {harm.labels[0]}"
    figure = f"{over} is {100 * harm.error:.1f} %"
    if not harm.alike:
        return f"{harm.corruption.title} is the most harmful corruption: {figure}."
    alike = list_few([each.title for each in harm.alike])
    return f"Under {harm.corruption.title} {figure}, the highest of all corruptions; not told apart: {alike}."


def _only_one(robustness: Robustness) -> str:
    """Say how many errors there are under the only corruption."""
    if len(robustness.corruptions) != 1:
        return ""
    (corruption,) = robustness.corruptions
    low, high = (f"{100 * end(each.mean for each in corruption.errors.values()):.1f}" for end in (min, max))
    if len(corruption.errors) == 1:
        return f"Under {corruption.title} the error of {next(iter(corruption.errors))} is {low} %."
    return f"Under {corruption.title} the methods' errors are {low} to {high} %."


def _most_robust(robustness: Robustness) -> str:
    """Say which method has the least mean error under corruptions, as far as it is told apart from others."""
    pairs = robustness.pairs.of_mean
    if not pairs:
        return ""
    # The pairs of the most accurate one come first.
    best = pairs[0].first
    values = robustness.means[best]
    own = [pair for pair in pairs if pair.first == best]
    places = percent_places(values.values.shape[1])
    figure = f"a mean error of {100 * values.mean:.{places}f} %"
    # Of a single corruption the errors are said already.
    if len(robustness.corruptions) == 1:
        return f"{best} makes the fewest errors{_not_apart(own)}."
    if all(pair.verdict == "better" for pair in own):
        return f"{best} is the most robust to corruptions, with {figure}."
    return f"{best} has the least error under corruptions, {figure}{_not_apart(own)}."


def _not_apart(own: list[Pair]) -> str:
    as_good = [pair for pair in own if pair.verdict == "as good"]
    too_few = [pair for pair in own if pair.verdict == "too few"]
    text = ""
    if as_good:
        margin = significant(100 * max(pair.margin for pair in as_good), 2)
        text += f"; as good, within ±{margin} points: {list_few([pair.second for pair in as_good])}"
    if too_few:
        missing = "seeds" if any(pair.is_stochastic for pair in too_few) else "images"
        text += f"; too few {missing} to say: {list_few([pair.second for pair in too_few])}"
    return text


def _noise_training(found: NoiseTraining) -> str:
    n_compared = len(found.better) + len(found.worse) + len(found.undecided)
    if not n_compared:
        return ""
    worse = f", less accurate under {spell(len(found.worse))}" if found.worse else ""
    return (
        f"{found.label}, which also learned from {describe_copies(found.trained_with)}, is more accurate than "
        f"{found.plain} under {_of_all(len(found.better), n_compared)}{worse}; {_clean_cost(found)}."
    )


def _of_all(count: int, n_all: int) -> str:
    if count == n_all:
        return f"all {spell(n_all)} corruptions" if n_all > 1 else "the one corruption"
    return f"{spell(count) if count else 'none'} of {spell(n_all)} corruptions"


def _clean_cost(found: NoiseTraining) -> str:
    difference = found.clean
    low, high = (f"{100 * end:+.2f}".replace("-", "−") for end in (difference.low, difference.high))
    value = f"{100 * difference.value:+.2f}".replace("-", "−")
    return f"on clean images the difference is {value} points (95 % interval {low} to {high})"


def _strongest_attack(robustness: Robustness) -> str:
    """Say what the strongest attack with their own gradients leaves of the methods."""
    own = [each for kind, outcomes in robustness.attacks.items() if not kind.transferred_from for each in outcomes]
    chosen = [each for each in own if each.attack is not None and each.attack.eps < LARGE_EPS]
    if not chosen:
        return ""
    of_all: dict[str, list[float]] = {}
    for each in chosen:
        of_all.setdefault(each.test_set, []).append(each.accuracy)
    # Means over fewer methods than the others are not compared with these.
    most = max(map(len, of_all.values()))
    by_set = {name: accuracies for name, accuracies in of_all.items() if len(accuracies) == most}
    name = min(by_set, key=lambda test_set: sum(by_set[test_set]) / len(by_set[test_set]))
    low, high = min(by_set[name]), max(by_set[name])
    left = f"{100 * low:.1f} %" if len(by_set[name]) == 1 else f"{100 * low:.1f} to {100 * high:.1f} %"
    if len(of_all) == 1:
        attacked = list_few([each.label for each in chosen])
        return f"Under {name}, an attack with the methods' own gradients, accuracy is {left} ({attacked})."
    return (
        f"Of the attacks with the methods' own gradients and an eps below {LARGE_EPS:g}, the strongest, {name}, leaves "
        f"an accuracy of {left}."
    )


def describe_robustness(robustness: Robustness) -> str:
    """Say how many corruptions there are, and how the images that were wrong before do.

    Parameters
    ----------
    robustness : Robustness
        Of a run.

    Returns
    -------
    text : str
    """
    n_sets = sum(len(each.severities) for each in robustness.corruptions)
    n_images = next((values.values.shape[1] for values in robustness.before.values()), 0)
    same = f"each of the same {n_images:,} images" if n_sets > 1 else f"of {n_images:,} images"
    return (
        f"{pluralize(n_sets, 'test set')} of {pluralize(len(robustness.corruptions), 'corruption')}, {same}. "
        f"{_still_wrong(robustness)}"
    ).strip()


def _still_wrong(robustness: Robustness) -> str:
    splits = [each for each in robustness.still_wrong if each.before]
    if not splits:
        return ""
    shares = sorted(f"{100 * each.share_still:3.0f}" for each in splits)
    low, high = shares[0].strip(), shares[-1].strip()
    who = splits[0].label if len(splits) == 1 else "a method"
    return (
        f"Errors under corruptions include errors on the original images: of the original images that {who} "
        f"misclassifies, {low if low == high else f'{low} to {high}'} % are also misclassified under a corruption, on "
        "average."
    )


def describe_attacks(robustness: Robustness) -> str:
    """Say which methods were attacked with their own gradients, and which with images made for another one.

    Parameters
    ----------
    robustness : Robustness
        Of a run.

    Returns
    -------
    text : str
    """
    origins: dict[str, dict[str, None]] = {}
    for kind, outcomes in robustness.attacks.items():
        origins.setdefault(kind.origin, {}).update(dict.fromkeys(each.label for each in outcomes))
    texts = [
        f"{'Own gradient' if origin == OWN_GRADIENT else origin[:1].upper() + origin[1:]}: {'; '.join(labels)}."
        for origin, labels in origins.items()
    ]
    return " ".join(texts)


def describe_distorted_sets(contents: RunContents) -> tuple[str, ...]:
    """Say which methods learned from corrupted copies, and which test sets were not evaluated.

    Parameters
    ----------
    contents : RunContents
        The run.

    Returns
    -------
    points : tuple of str
        A sentence for each.
    """
    found: dict[str, None] = {}
    for record in contents.records.values():
        if copies := record.trial.train_with:
            learned = f"{visible(record.trial.case)} also learned from corrupted copies: {describe_copies(copies)}"
            found[f"{learned}. Under these corruptions it is evaluated on images like those."] = None
        for each in record.evaluations:
            if each.test_set in contents.distorted_test_sets and each.status != "ok":
                problem = f"{each.test_set}: {record.trial.case}: {each.status}, {each.error}"
                found[f"{join_notes([visible(problem), *each.notes])}."] = None
    return tuple(found)
