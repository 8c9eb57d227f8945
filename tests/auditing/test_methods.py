from hdr_bench.auditing.methods import DEFAULT_METHODS, cases_of
from hdr_bench.estimators import make_estimator


def test_the_default_methods_are_three_families():
    cases = cases_of(DEFAULT_METHODS, (28, 28))
    assert [case.name for case in cases] == ["CNN", "SVM, deskewed", "k-NN, deskewed"]
    assert [step.name for step in cases[2].steps] == ["deskew", "blur"]
    for case in cases:
        make_estimator(case.estimator, **case.params)


def test_images_that_are_not_square_keep_their_shape():
    cnn, knn, tree = cases_of(["cnn", "knn", "tree"], (28, 20))
    assert cnn.params == {"image_shape": [28, 20]}
    assert knn.steps[0].params == {"image_shape": [28, 20]}
    assert tree.params == {}


def test_large_images_are_scaled_down_before_anything_else():
    cnn, knn = cases_of(["cnn", "knn"], (64, 64))
    assert [step.name for step in knn.steps] == ["resize", "deskew", "blur"]
    assert cnn.steps == knn.steps[:1]
    assert cnn.steps[0].params == {"size": [28, 28]}
    cnn, knn = cases_of(["cnn", "knn"], (40, 80))
    assert cnn.steps[0].params == {"size": [14, 28], "image_shape": [40, 80]}
    assert cnn.params == knn.steps[1].params == {"image_shape": [14, 28]}
