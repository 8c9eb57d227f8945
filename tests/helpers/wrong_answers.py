"""Classifiers that answer as they should not, for the processes of trials to import."""

import threading

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.neighbors import KNeighborsClassifier


class Answers(ClassifierMixin, BaseEstimator):
    """A nearest neighbour whose labels are changed as `how` says."""

    def __init__(self, how="well"):
        self.how = how

    def fit(self, X, y):
        self.neighbour_ = KNeighborsClassifier(1).fit(X, y)
        self.classes_ = self.neighbour_.classes_
        return self

    def predict(self, X):
        return getattr(self, f"_{self.how}")(self.neighbour_.predict(X))

    def _well(self, labels):
        return labels

    def _column(self, labels):
        return labels[:, None].astype(np.float32)

    def _fraction(self, labels):
        return np.where(np.arange(len(labels)) == 12, 3.7, labels)

    def _unseen(self, labels):
        return np.where(np.arange(len(labels)) == 12, 99, labels)

    def _text(self, labels):
        return labels.astype(str)

    def _squeezed(self, labels):
        return labels.squeeze()


class Sure(Answers):
    """The same, with probabilities that `how` spoils."""

    def predict(self, X):
        return self.neighbour_.predict(X)

    def predict_proba(self, X):
        return getattr(self, f"_{self.how}")(self.neighbour_.predict_proba(X))

    def _nan(self, shares):
        return np.full_like(shares, np.nan)

    def _backwards(self, shares):
        return shares[:, ::-1]

    def _unnormalised(self, shares):
        return shares * np.where(np.arange(len(shares)) == 3, 0.7, 1)[:, None]


class Engine(str):
    """A text that cannot be stripped."""

    def strip(self, *_):
        raise RuntimeError("no strip")


class Holds(Sure):
    """The same, with attributes that cost no trial: a lock, a class's own text, a parameter of many levels."""

    def fit(self, X, y):
        self.lock_, self.engine_ = threading.Lock(), Engine("an engine")
        super().fit(X, y)
        for _ in range(300):
            self.how = [self.how]
        return self

    def predict_proba(self, X):
        raise RuntimeError("no")


class Decides(Answers):
    """The same, with decision values."""

    def predict(self, X):
        return self.neighbour_.predict(X)

    def decision_function(self, X):
        return getattr(self, f"_{self.how}")(self.neighbour_.predict_proba(X))

    def _backwards(self, shares):
        return shares[:, ::-1]

    def _one_column(self, shares):
        return shares[:, 0]


class Records(Answers):
    """The same, with what another library keeps of its training."""

    def __init__(self, how="well", rows=()):
        super().__init__(how)
        self.rows = rows

    def fit(self, X, y):
        self.history_ = self.rows
        return super().fit(X, y)


class FailsInAnotherEncoding(Answers):
    """As a file whose name is not UTF-8 fails."""

    def fit(self, X, y):
        raise ValueError("cannot read \udcff.png")
