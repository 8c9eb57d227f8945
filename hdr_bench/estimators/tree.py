"""Decision tree."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn import tree

from hdr_bench.estimators.engines import draw_seed
from hdr_bench.estimators.likeness import summarize_pixels, warn_if_unlike
from hdr_bench.estimators.parameter_checks import check_parameters
from hdr_bench.estimators.plain_values import with_plain_parameters
from hdr_bench.estimators.saving import VersionChecked


class DecisionTreeClassifier(VersionChecked, tree.DecisionTreeClassifier):
    """Decision tree (CART): scikit-learn's, with the parameters and defaults that matter on images of digits.

    Parameters
    ----------
    criterion : {"entropy", "gini", "log_loss"}, default="entropy"
        Criterion of a split; on digits, entropy makes fewer errors than Gini impurity.
    max_depth : int or None, default=None
        Maximum number of levels.
    min_samples_leaf : int, default=1
        Minimum number of images per leaf.
    max_features : int, float, {"sqrt", "log2"} or None, default=None
        Number of pixels considered for each split; None considers all.
    ccp_alpha : float, default=0.0002
        Minimum gain of a branch per leaf, as a fraction of all images; branches that gain less are pruned. This keeps
        the tree small: 0.00016 and 0.00024 left a third to a half of the nodes on 50,000 of MNIST's training images,
        with no more errors on the other 10,000.
    random_state : int, RandomState instance or None, default=None
        Decides between equally good splits. numpy's global generator is not changed.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    tree_ : sklearn.tree._tree.Tree
        The fitted tree.
    n_features_in_ : int
        Number of features seen during fit.

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import DecisionTreeClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> model = DecisionTreeClassifier(random_state=0).fit(digits.train.X, digits.train.y)
    >>> model.score(digits.test.X, digits.test.y) > 0.8
    True
    """

    def __init__(
        self,
        criterion: str = "entropy",
        *,
        max_depth: int | None = None,
        min_samples_leaf: int = 1,
        max_features: float | str | None = None,
        ccp_alpha: float = 2e-4,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            criterion=criterion,
            max_depth=max_depth,
            min_samples_leaf=min_samples_leaf,
            max_features=max_features,
            ccp_alpha=ccp_alpha,
            random_state=random_state,
        )

    # Parameters keep the parent's names, because its metadata request refers to them.
    @with_plain_parameters
    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None, check_input: bool = True) -> Self:
        """Grow the tree.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Pixels.
        y : array-like of shape (n,)
            Labels.
        sample_weight : array-like of shape (n,), optional
            Weight of each image; None weights all equally.
        check_input : bool, default=True
            Whether `X` is checked and converted; scikit-learn's ensembles do this once for all trees.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the data or a parameter is invalid.
        """
        check_parameters(self)
        given: int | np.random.RandomState | None = self.get_params()["random_state"]
        # Otherwise, scikit-learn would draw from numpy's global generator.
        self.set_params(random_state=draw_seed(None) if given is None else given)
        try:
            super().fit(X, y, sample_weight=sample_weight, check_input=check_input)
        finally:
            self.set_params(random_state=given)
        self._fitted_on = summarize_pixels(X)
        return self

    def predict(self, X: ArrayLike, check_input: bool = True) -> NDArray[np.generic]:
        """Predict the classes of images.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Pixels.
        check_input : bool, default=True
            Whether `X` is checked and converted; scikit-learn's ensembles do this once for all trees.

        Returns
        -------
        labels : ndarray of shape (n,)
        """
        labels: NDArray[np.generic] = super().predict(X, check_input=check_input)
        warn_if_unlike(self, X)
        return labels

    @property
    def engine_(self) -> str:
        """Library that does the computation."""
        return "scikit-learn"
