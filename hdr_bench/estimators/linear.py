"""Linear classifier."""

from typing import Self

from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from hdr_bench.estimators.images.scaling import learn_scale, scale_pixels
from hdr_bench.estimators.linear_head import LinearHead, flatten_outputs
from hdr_bench.estimators.pixels import Floats
from hdr_bench.estimators.plain_values import with_plain_parameters


class LinearClassifier(LinearHead):
    """Linear classifier: multinomial logistic regression, or least squares on one-hot targets.

    Parameters
    ----------
    loss : {"log_loss", "squared_error"}, default="log_loss"
        Multinomial logistic regression (scikit-learn's L-BFGS), or least squares on targets of -1 and 1 (scikit-learn's
        ridge regression), which predicts the class with the largest output.
    alpha : float, default=5.0
        Strength of the L2 penalty: the inverse of `C` in LogisticRegression, or `alpha` in Ridge.
    max_iter : int, default=300
        Maximum number of L-BFGS iterations; unused by least squares.
    tol : float, default=0.0003
        Tolerance of L-BFGS on the largest component of the gradient of the mean loss, as in scikit-learn.
    engine : {"auto", "onedal", "scikit-learn"}, default="auto"
        Implementation of logistic regression: Intel's oneDAL (scikit-learn-intelex) or scikit-learn. "auto" uses the
        first that is installed, and scikit-learn if oneDAL's line search fails or if there is no penalty (`alpha` is 0,
        or too small for the type of the pixels), in which case the solution depends on the solver. Least squares always
        uses scikit-learn. Both find the same weights up to the tolerance; if `max_iter` stops them first, their weights
        differ. The weaker the penalty, the more the tolerance leaves undetermined: with `alpha` below 1, the labels of
        up to three images in a hundred differed in measurements.
    pixel_scale : float or None, default=None
        Divisor of the pixels; None learns the largest absolute value.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    coef_ : ndarray of shape (n_outputs, n_features)
        Weights for the scaled pixels; one output for two classes.
    intercept_ : ndarray of shape (n_outputs,)
        Added to the weighted sums.
    scale_ : float
        Divisor of the pixels.
    n_iter_ : int
        Number of iterations run; 1 for least squares.
    n_features_in_ : int
        Number of features seen during fit.

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import LinearClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> model = LinearClassifier().fit(digits.train.X, digits.train.y)
    >>> model.score(digits.test.X, digits.test.y) > 0.9
    True
    """

    def __init__(
        self,
        loss: str = "log_loss",
        *,
        alpha: float = 5.0,
        max_iter: int = 300,
        tol: float = 3e-4,
        engine: str = "auto",
        pixel_scale: float | None = None,
    ) -> None:
        self.loss = loss
        self.alpha = alpha
        self.max_iter = max_iter
        self.tol = tol
        self.engine = engine
        self.pixel_scale = pixel_scale

    @with_plain_parameters
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to images and labels.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.
        y : array-like of shape (n,)
            Labels.

        Returns
        -------
        self

        Raises
        ------
        MissingDependencyError
            If the requested engine is not installed.
        ValueError
            If the data or a parameter is invalid.
        """
        pixels, labels = self._validate_training(X, y)
        self.scale_ = learn_scale(pixels, self.pixel_scale)
        self._fit_head(scale_pixels(pixels, self.scale_), labels)
        return self

    def decision_function(self, X: ArrayLike) -> Floats:
        """Return the outputs, the largest of which decides the class.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.

        Returns
        -------
        outputs : ndarray of shape (n, n_classes), or (n,) for two classes
            For two classes, positive values mean the second.
        """
        pixels = self._validate_images(X)
        return flatten_outputs(scale_pixels(pixels, self.scale_) @ self.coef_.T + self.intercept_)

    @property
    def n_parameters_(self) -> int:
        """Number of weights and intercepts."""
        check_is_fitted(self)
        return int(self.coef_.size + self.intercept_.size)

    @property
    def n_stored_variables_(self) -> int:
        """Number of values needed for predictions, all of them parameters."""
        check_is_fitted(self)
        return self.n_parameters_

    @property
    def n_multiply_accumulates_(self) -> int:
        """Multiply-accumulates for one image."""
        check_is_fitted(self)
        return int(self.coef_.size)
