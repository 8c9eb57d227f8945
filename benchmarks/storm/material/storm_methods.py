"""Methods that misbehave, beside the suites of the storm; all of them are the same decision tree underneath."""

import subprocess
import threading
import time

import numpy as np
import storm_acts
from sklearn.base import MetaEstimatorMixin
from sklearn.tree import DecisionTreeClassifier

_WARM_UP_IMAGES = 210


class Plain(DecisionTreeClassifier):
    """A tree without probabilities, of which a report draws less."""

    def __init__(self, random_state=None):
        super().__init__(random_state=random_state)

    @property
    def predict_proba(self):
        """There are none."""
        raise AttributeError("no probabilities")


class Steady(Plain):
    """A tree that takes its time, with a child of its own meanwhile."""

    def __init__(self, seconds=0.2, random_state=None):
        super().__init__(random_state=random_state)
        self.seconds = seconds

    def fit(self, X, y):
        """Fit, and wait beside a child."""
        super().fit(X, y)
        if len(X) > _WARM_UP_IMAGES:
            with subprocess.Popen(storm_acts.SLEEPS) as child:
                time.sleep(self.seconds)
                child.kill()
        return self


class Misbehaves(DecisionTreeClassifier):
    """A tree that does what `how` says when it is fitted, or when it predicts."""

    def __init__(self, how="well", random_state=0):
        super().__init__(random_state=random_state)
        self.how = how

    def fit(self, X, y):
        """Fit, then misbehave; not in the warm-up."""
        super().fit(X, y)
        if len(X) > _WARM_UP_IMAGES and (act := _act(self.how)):
            act(self)
        return self

    def predict(self, X):
        """Predict, perhaps oddly."""
        labels = super().predict(X)
        change = _ANSWERS.get(self.how)
        return labels if change is None or len(X) <= 2 else change(labels)

    def predict_proba(self, X):
        """Give probabilities, perhaps oddly."""
        shares = super().predict_proba(X)
        change = _SHARES.get(self.how)
        return shares if change is None else change(shares)


def _act(how):
    return _ATTRIBUTES.get(how) or getattr(storm_acts, how, None)


def _sets(name, value):
    def act(method):
        setattr(method, name, value)

    return act


def _sets_circular(method):
    rows = []
    rows.append(rows)
    method.history_ = rows


def _cannot_be_pickled(method):
    method.kept_ = threading.Lock()


class _Odd:
    def __getattr__(self, name):
        raise RuntimeError(f"no {name}")

    def __len__(self):
        raise RuntimeError("no length")


class _Subtle(str):
    def strip(self, *_):
        raise RuntimeError("no strip")

    __len__ = __getitem__ = __str__ = strip


class _Chooses(MetaEstimatorMixin, Misbehaves):
    """A tree that seems to be a search, and does not say what it chose."""

    @property
    def best_estimator_(self):
        """It cannot be had."""
        raise RuntimeError("not chosen")


class _FewClasses(Misbehaves):
    """A tree that forgets half of its classes, but not which class each column is of."""

    def predict(self, X):
        """Predict as before, which a tree does by its classes."""
        return self.predict_proba(X).argmax(axis=1)


def _chooses(method):
    method.__class__ = _Chooses


def _forgets_classes(method):
    method.__class__, method.classes_ = _FewClasses, np.arange(5)


def _has_deep_parameter(method):
    levels = 1
    for _ in range(300):
        levels = [levels]
    method.random_state = levels


_ATTRIBUTES = {
    "history_other_keys": _sets("history_", [{"epoch": 1, "loss": 0.5}]),
    "history_lists": _sets("history_", {"loss": [1.0, 0.5], "acc": [0.1]}),
    "history_text": _sets("history_", "epoch 1: loss 0.5"),
    "history_mixed": _sets("history_", [{"epoch": 1}, {"train_loss": float("nan")}, {}]),
    "history_huge": _sets("history_", [{"train_loss": 10**400, 5: 1.0}]),
    "history_odd": _sets("history_", _Odd()),
    "classes_text": _sets("classes_", np.array(list("abcdefghij"))),
    "classes_none": _sets("classes_", None),
    "classes_odd": _sets("classes_", _Odd()),
    "engine_number": _sets("engine_", 5),
    "engine_surrogate": _sets("engine_", "gpu \udcff\x00"),
    "engine_subtle": _sets("engine_", _Subtle("tree")),
    "classes_few": _forgets_classes,
    "best_estimator_raises": _chooses,
    "parameter_deep": _has_deep_parameter,
    "engine_object": _sets("engine_", _Odd()),
    "layer_table_text": _sets("layer_table_", "two layers"),
    "layer_table_rows": _sets("layer_table_", [{"a": 1}, 5]),
    "layer_table_number": _sets("layer_table_", 7),
    "n_parameters_text": _sets("n_parameters_", "many"),
    "n_parameters_negative": _sets("n_parameters_", -5),
    "n_parameters_nan": _sets("n_parameters_", float("nan")),
    "n_parameters_huge": _sets("n_parameters_", 10**400),
    "n_parameters_method": _sets("n_parameters_", lambda: 5),
    "estimators_odd": _sets("estimators_", [1, 2]),
    "best_estimator_none": _sets("best_estimator_", None),
    "sets_circular": _sets_circular,
    "cannot_be_pickled": _cannot_be_pickled,
}


def _every_third(value):
    def change(labels):
        odd = labels.astype(float)
        odd[::3] = value
        return odd

    return change


_ANSWERS = {
    "predicts_column": lambda labels: labels[:, None],
    "predicts_list": list,
    "predicts_float": lambda labels: labels.astype(float),
    "predicts_halves": lambda labels: labels + 0.5,
    "predicts_text": lambda labels: labels.astype(str),
    "predicts_words": lambda labels: np.array(["a"] * len(labels)),
    "predicts_nan": _every_third(np.nan),
    "predicts_infinity": _every_third(np.inf),
    "predicts_unseen": _every_third(99),
    "predicts_negative": _every_third(-1),
    "predicts_short": lambda labels: labels[:-1],
    "predicts_none": lambda _labels: None,
    "predicts_nothing": lambda _labels: np.array([]),
    "predicts_scalar": lambda _labels: 3,
    "predicts_objects": lambda labels: np.array([_Odd() for _ in labels], dtype=object),
    "predicts_wide": lambda labels: np.eye(10)[labels],
    "predicts_ragged": lambda labels: [[label] * (1 + label % 2) for label in labels],
    "predicts_generator": lambda labels: (label for label in labels),
}


def _spoilt(value):
    def change(shares):
        odd = shares.astype(float)
        odd[:5] = value
        return odd

    return change


def _raising(_shares):
    raise NotImplementedError("no probabilities \udcff")


def _failing(_shares):
    raise RuntimeError("no probabilities today")


_SHARES = {
    "shares_fail": _failing,
    "shares_half": lambda shares: shares.astype(np.float16),
    "shares_nan": _spoilt(np.nan),
    "shares_zero": _spoilt(0.0),
    "shares_large": lambda shares: shares * 7,
    "shares_negative": lambda shares: shares - 0.1,
    "shares_reversed": lambda shares: shares[:, ::-1],
    "shares_narrow": lambda shares: shares[:, :-1],
    "shares_flat": lambda shares: shares.argmax(axis=1),
    "shares_none": lambda _shares: None,
    "shares_text": lambda shares: shares.astype(str),
    "shares_raise": _raising,
}
