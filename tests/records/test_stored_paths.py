"""Keys of stored results: what stands for this library's classes in them is what it was in version 0.1.0."""

import hashlib
import json

import pytest

from hdr_bench import Case, make_estimator
from hdr_bench.estimators import (
    CNNClassifier,
    Cropper,
    DecisionTreeClassifier,
    Deskewer,
    Distortion,
    GaussianBlur,
    Inverter,
    KNNClassifier,
    LinearClassifier,
    MassCenterer,
    MLPClassifier,
    PixelScaler,
    PolynomialClassifier,
    RadialBasisClassifier,
    Resizer,
    SVMClassifier,
    VirtualSVMClassifier,
    make_transformer,
)
from hdr_bench.records.fingerprints import STORED_PATHS, class_path, describe_estimator

# The path of the class, and the hash of what stands for the estimator, as version 0.1.0 wrote them.
STORED = {
    SVMClassifier(): ("hdr_bench.estimators.svm.SVMClassifier", "2fcc8e7695c9db2a"),
    KNNClassifier(): ("hdr_bench.estimators.neighbors.KNNClassifier", "dae8efe0e17e1727"),
    DecisionTreeClassifier(): ("hdr_bench.estimators.tree.DecisionTreeClassifier", "692bf20c0462c499"),
    LinearClassifier(): ("hdr_bench.estimators.linear.LinearClassifier", "273f272b52810968"),
    PolynomialClassifier(): ("hdr_bench.estimators.linear.PolynomialClassifier", "769417fb3b572742"),
    MLPClassifier(): ("hdr_bench.estimators.mlp.MLPClassifier", "e91da42f316db206"),
    CNNClassifier(): ("hdr_bench.estimators.cnn.CNNClassifier", "de06cc0ca97b0546"),
    RadialBasisClassifier(): ("hdr_bench.estimators.radial_basis.RadialBasisClassifier", "b56fb6ea14c3382d"),
    VirtualSVMClassifier(): ("hdr_bench.estimators.virtual_svm.VirtualSVMClassifier", "c90ba23639b01212"),
    PixelScaler(): ("hdr_bench.estimators.images.PixelScaler", "6e53ca098b5a900b"),
    Deskewer(): ("hdr_bench.estimators.images.Deskewer", "8eeed57604514c71"),
    MassCenterer(): ("hdr_bench.estimators.images.MassCenterer", "e02c696b3853b500"),
    GaussianBlur(): ("hdr_bench.estimators.images.GaussianBlur", "b84bc0167611aaaa"),
    Resizer(): ("hdr_bench.estimators.images.Resizer", "769125fa6d445802"),
    Cropper(): ("hdr_bench.estimators.images.Cropper", "d42f43c1f79c1454"),
    Inverter(): ("hdr_bench.estimators.inverter.Inverter", "a23dcd541fde898a"),
    MLPClassifier(augmentation=Distortion(rotation=10)): (
        "hdr_bench.estimators.mlp.MLPClassifier",
        "4612610074a5bb3d",
    ),
}


@pytest.mark.parametrize(("estimator", "stored"), STORED.items(), ids=lambda value: type(value).__name__)
def test_what_stands_for_an_estimator_in_a_key_is_as_it_was(estimator, stored):
    described = describe_estimator(estimator, None)
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:16]
    assert (described["class"], digest) == stored
    assert class_path(type(estimator)) == stored[0]
    assert describe_estimator(estimator, "mine-1")["class"] == stored[0]


def test_a_suite_that_holds_a_moved_class_is_written_with_its_path_of_before():
    written = Case(name="A", estimator=CNNClassifier()).model_dump()
    assert written["estimator"] == "hdr_bench.estimators.cnn.CNNClassifier"


@pytest.mark.parametrize("path", STORED_PATHS.items(), ids=lambda path: path[0].rpartition(".")[2])
def test_each_moved_class_is_where_the_table_says_and_found_by_its_path_of_before(path):
    now, before = path
    make = make_transformer if "images" in now else make_estimator
    if now.endswith("Distortion"):
        assert f"{Distortion.__module__}.Distortion" == now
        return
    assert type(make(before)) is type(make(now))
    assert f"{type(make(now)).__module__}.{type(make(now)).__name__}" == now
