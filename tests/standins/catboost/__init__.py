"""What CatBoost's classifier does that other libraries' do not, where CatBoost, of 100 MB, is not installed."""

from pathlib import Path

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.utils import ClassifierTags, Tags, TargetTags


class CatBoostClassifier:
    """It is no `BaseEstimator`, knows only the parameters that it was given, and predicts a column."""

    _estimator_type = "classifier"

    def __init__(  # noqa: PLR0917  # so many of CatBoost's hundred
        self,
        iterations=None,
        learning_rate=None,
        random_seed=None,
        thread_count=None,
        verbose=None,
        class_weights=None,
        random_state=None,
        allow_writing_files=None,
        train_dir=None,
    ):
        given = {name: value for name, value in locals().items() if name != "self" and value is not None}
        # Lists are copied, so that scikit-learn refuses to clone the estimator.
        self._init_params = {name: list(value) if isinstance(value, list) else value for name, value in given.items()}

    def __sklearn_tags__(self):
        return Tags("classifier", TargetTags(required=True), classifier_tags=ClassifierTags())

    def get_params(self, deep=True):
        return dict(self._init_params)

    def set_params(self, **params):
        self._init_params |= params
        return self

    def fit(self, X, y):
        if {"random_seed", "random_state"} <= self._init_params.keys():
            raise ValueError("only one of the parameters random_seed, random_state should be initialized.")
        if self._init_params.get("allow_writing_files", True):
            Path("catboost_info").mkdir(exist_ok=True)
        seed = self._init_params.get("random_seed", self._init_params.get("random_state", 0))
        self._guess = DummyClassifier(strategy="stratified", random_state=seed).fit(X, y)
        self.classes_ = self._guess.classes_
        return self

    def predict(self, X):
        return self._guess.predict(X)[:, np.newaxis]

    def predict_proba(self, X):
        return self._guess.predict_proba(X)


class CatBoostRegressor(CatBoostClassifier):
    """As above."""

    _estimator_type = "regressor"

    def __sklearn_tags__(self):
        return Tags("regressor", TargetTags(required=True))
