"""scikit-learn's own checks, on every estimator and transformer by default; networks with less to compute."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from hdr_bench.estimators import (
    BoostedNetworks,
    BoxCropper,
    CNNClassifier,
    Cropper,
    DecisionTreeClassifier,
    Deskewer,
    GaussianBlur,
    HiddenActivations,
    Inverter,
    KNNClassifier,
    LinearClassifier,
    LocalLinearClassifier,
    MassCenterer,
    MLPClassifier,
    PixelScaler,
    PolynomialClassifier,
    RadialBasisClassifier,
    Resizer,
    SVMClassifier,
    TangentDistanceClassifier,
    VirtualSVMClassifier,
)

CHECKED = [
    SVMClassifier(),
    SVMClassifier(engine="libsvm"),
    KNNClassifier(),
    KNNClassifier(engine="onedal"),
    KNNClassifier(engine="scikit-learn"),
    DecisionTreeClassifier(),
    LinearClassifier(),
    LinearClassifier(engine="scikit-learn"),
    LinearClassifier("squared_error"),
    PolynomialClassifier(),
    PolynomialClassifier(loss="log_loss", alpha=1.0),
    RadialBasisClassifier(),
    VirtualSVMClassifier(),
    TangentDistanceClassifier(),
    LocalLinearClassifier(),
    # Their own numbers of epochs and units are for images.
    MLPClassifier("64N-D0.2-32N-D0.2", lr=0.01, max_epochs=15),
    CNNClassifier(max_epochs=15),
    BoostedNetworks(MLPClassifier("16N", lr=0.01, max_epochs=15, augmentation={"shift": 0.01}), max_passes=2),
    PixelScaler(),
    PixelScaler(offset=0.5),
    Deskewer(),
    MassCenterer(),
    GaussianBlur(),
    Resizer((3, 2)),
    Cropper((1, 2)),
    BoxCropper((1, 2)),
    Inverter(),
    HiddenActivations(MLPClassifier("16N-D0.2-8N", lr=0.01, max_epochs=5, random_state=0)),
]

EXPECTED_FAILURES: dict[str, dict[str, str]] = {}
"""By class name: the checks that do not pass yet, each with its reason. None at present."""


@parametrize_with_checks(
    CHECKED, expected_failed_checks=lambda estimator: EXPECTED_FAILURES.get(type(estimator).__name__, {})
)
def test_scikit_learns_checks(estimator, check):
    check(estimator)
