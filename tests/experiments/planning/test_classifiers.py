"""What says that it is no classifier is refused before anything runs."""

import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import BaggingClassifier, IsolationForest, RandomForestRegressor, VotingClassifier
from sklearn.linear_model import LinearRegression
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC, SVR

from hdr_bench import Case, Suite, run_suite
from hdr_bench.estimators import ESTIMATORS, Deskewer, make_estimator
from hdr_bench.exceptions import EstimatorError, SuiteError
from hdr_bench.experiments.planning.classifiers import check_classifier
from tests.helpers.suites import parse_suite


class Untagged:
    """Without scikit-learn's tags."""

    def get_params(self, deep=True):
        return {}


class FromBefore(Untagged):
    """As other libraries said it before scikit-learn 1.6."""

    _estimator_type = "classifier"


class RegressorFromBefore(Untagged):
    """As other libraries said it before scikit-learn 1.6."""

    _estimator_type = "regressor"


class WrongOrder(BaseEstimator, ClassifierMixin):
    """Its mixin comes too late for its tags."""


class SaysNothing(BaseEstimator):
    """It may be anything."""

    def predict(self, X):
        return X


REFUSED = [
    (LinearRegression(), "LinearRegression is a regressor; only classifiers can be compared"),
    (RandomForestRegressor(), "RandomForestRegressor is a regressor"),
    (KMeans(), "KMeans is a clusterer"),
    (GaussianMixture(), "GaussianMixture is a density estimator"),
    (IsolationForest(), "IsolationForest is an outlier detector"),
    (PCA(), "PCA is a transformer"),
    (Deskewer(), "Deskewer is a transformer"),
    (make_pipeline(PCA(), LinearRegression()), "LinearRegression is a regressor"),
    (make_pipeline(PCA(), "passthrough"), "the last step of the pipeline is 'passthrough'; it must be a classifier"),
    (GridSearchCV(SVR(), {"C": [1]}), "SVR is a regressor"),
    (RegressorFromBefore(), "RegressorFromBefore is a regressor"),
    (WrongOrder(), r"its ClassifierMixin comes after BaseEstimator; write class WrongOrder\(ClassifierMixin, BaseEst"),
    (SaysNothing(), "SaysNothing does not declare itself a classifier; if it is one, derive its class from "),
    (Untagged(), "Untagged does not declare itself a classifier"),
    (make_pipeline(PCA(), Untagged()), "Untagged does not declare itself a classifier"),
]


@pytest.mark.parametrize(("model", "reason"), REFUSED, ids=lambda value: type(value).__name__)
def test_what_is_no_classifier(model, reason):
    with pytest.raises(EstimatorError, match=reason):
        check_classifier(model)


@pytest.mark.parametrize(
    "model",
    [
        DummyClassifier(),
        make_pipeline(PCA(), SVC()),
        GridSearchCV(SVC(), {"C": [1]}),
        GridSearchCV(make_pipeline(PCA(), SVC()), {}),
        OneVsRestClassifier(LinearRegression()),
        BaggingClassifier(SVC()),
        VotingClassifier([("a", SVC())]),
        FromBefore(),
        *map(make_estimator, ESTIMATORS),
    ],
    ids=lambda model: type(model).__name__,
)
def test_classifiers_and_what_is_made_of_them(model):
    check_classifier(model)


def test_a_suite_file_names_the_case(tmp_path):
    cases = [
        {"name": "k-NN", "estimator": "knn"},
        {"name": "Line", "estimator": "sklearn.linear_model.LinearRegression", "steps": [{"name": "deskew"}]},
        {"name": "Means", "estimator": "sklearn.cluster.KMeans"},
    ]
    with pytest.raises(SuiteError) as caught:
        parse_suite({"title": "T", "dataset": "digits-8x8", "case": cases}, "own", "own.toml")
    assert str(caught.value).splitlines() == [
        "own.toml: this suite cannot be run:",
        "  - case 2 ('Line'): LinearRegression is a regressor; only classifiers can be compared",
        "  - case 3 ('Means'): KMeans is a clusterer; only classifiers can be compared",
    ]


def test_a_suite_in_code_is_refused_before_anything_runs(tmp_path):
    suite = Suite(
        name="own",
        title="T",
        dataset="digits-8x8",
        cases=[Case(name="k-NN", estimator="knn"), Case(name="Line", estimator=make_pipeline(PCA(), SVR()))],
    )
    with pytest.raises(SuiteError, match=r"case 2 \('Line'\): SVR is a regressor; only classifiers can be compared"):
        run_suite(suite, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
