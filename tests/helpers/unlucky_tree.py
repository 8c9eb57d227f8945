"""An estimator that fails for one of its seeds, for the processes of trials to import."""

from sklearn.tree import DecisionTreeClassifier


class FailsForSeedOne(DecisionTreeClassifier):
    """A tree that does not converge, as a solver may, with the seed 1."""

    def fit(self, X, y):
        if self.random_state == 1:
            raise RuntimeError("did not converge")
        return super().fit(X, y)
