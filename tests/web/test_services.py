"""What the API stores, deletes, and says of models, over a real database."""

import pytest

from hdr_bench.web.database.engine import close_database, open_database
from hdr_bench.web.database.schema import prepare_schema
from tests.helpers.app_over_database import make_client
from tests.helpers.database_rows import add_picture, add_served, make_mark
from tests.helpers.new_versions import make_new_version

SCORE = {"n_images": 1_000, "n_errors": 50, "accuracy": 0.95, "low": 0.935, "high": 0.962}


@pytest.fixture
def database(tmp_path):
    opened = open_database(f"sqlite:///{tmp_path / 'services.sqlite'}")
    prepare_schema(opened)
    yield opened
    close_database(opened)


@pytest.fixture
def client(database, tmp_path):
    return make_client(database, tmp_path)


def test_accuracy_on_mnist_is_of_images_that_neither_taught_nor_decided(client, database):
    new = make_new_version()
    with database.begin() as session:
        add_served(session, "cnn", scores={"mnist": SCORE | {"n_images": 10_000}})
        add_served(session, "knn", scores={"mnist-5k": SCORE}, origin="fitted")
        add_served(session, "mlp", scores=new.scores, decision=new.decision, origin="retrained")
        add_served(session, "svm", scores={"mnist, deciding half": SCORE}, origin="retrained")

    answer = client.ask("GET", "/api/comparison").json()

    mnist = {row["model"]: row["mnist"] for row in answer["models"]}
    assert (answer["reader"], answer["pairs"]) == ("cnn", [])
    assert (mnist["cnn"]["n_images"], mnist["cnn"]["images"]) == (10_000, "MNIST's test images")
    assert (mnist["knn"]["n_images"], mnist["knn"]["images"]) == (1_000, "the test part of mnist-5k")
    assert (mnist["mlp"]["n_images"], mnist["mlp"]["accuracy"]) == (5_000, 1 - 22 / 5_000)
    assert mnist["svm"] is None
    page = client.ask("GET", "/compare").text
    assert "No digits have been corrected yet" in page
    assert "MNIST&#39;s test images, the half not used to accept versions" in page


@pytest.mark.parametrize("name", ["", "%20", "%20%20"])
def test_a_writer_without_a_name_deletes_nothing(client, database, name):
    with database.begin() as session:
        add_picture(session, [add_served(session)], writer="")

    answer = client.ask("DELETE", f"/api/writers/{name}")

    assert (answer.status_code, answer.json()["error"][:20]) == (422, "No writer was given.")
    assert client.ask("GET", "/api/readings").json()["total"] == 1


def test_what_is_stored_is_acknowledged_though_the_database_went_away_after_it(client, database):
    with database.begin() as session:
        digit = add_picture(session, [add_served(session)]).digits[0].id
    client.retraining.is_away = True

    added = client.ask("POST", "/api/corrections", json={"digit_id": digit, "label": 7})
    confirmed = client.ask("POST", f"/api/corrections/{added.json()['id']}/confirm")

    assert (added.status_code, confirmed.status_code, client.retraining.n_considered) == (201, 200, 2)
    assert client.ask("GET", "/api/corrections").json()["corrections"][0]["review"] == "confirmed"


def test_readings_are_chosen_by_their_corrections(client, database):
    with database.begin() as session:
        versions = [add_served(session, "cnn"), add_served(session, "knn")]
        digits = [
            add_picture(session, versions, [make_mark(versions, 3, seed=seed, certainty=0.5)], kind=kind).digits[0].id
            for seed, kind in enumerate(("upload", "drawing", "upload"))
        ]
    for digit, label in zip(digits, (3, 8, None), strict=True):
        client.ask("POST", "/api/corrections", json={"digit_id": digit, "label": label})

    for query, n_readings in (
        ("label=3", 1),
        ("label=none", 1),
        ("wrong_for=knn", 2),
        ("right_for=knn", 1),
        ("right_for=knn&kind=drawing", 0),
        ("label=8&wrong_for=cnn&kind=drawing", 1),
        ("model_digit=3", 3),
        ("review=waiting", 0),
    ):
        assert client.ask("GET", f"/api/readings?{query}").json()["total"] == n_readings, query
    assert client.ask("GET", "/api/corrections?kind=drawing&review=settled").json()["total"] == 1
    for path in ("/api/readings", "/api/corrections"):
        assert client.ask("GET", f"{path}?label=&model_digit=&kind=&review=").json()["total"] == 3, path


def test_models_are_compared_on_digits_that_both_answered_for(client, database):
    with database.begin() as session:
        first, second = add_served(session, "cnn"), add_served(session, "knn")
        for seed in range(40):
            versions = [first, second] if seed < 30 else [second]
            answers = [make_mark([each], 3 if each is second else 8, seed=seed, certainty=0.5) for each in versions]
            mark = answers[0].__class__(**{**vars(answers[0]), "answers": sum((each.answers for each in answers), ())})
            add_picture(session, versions, [mark])
    for row in client.ask("GET", "/api/readings").json()["readings"]:
        digit = client.ask("GET", f"/api/readings/{row['id']}").json()["digits"][0]["id"]
        client.ask("POST", "/api/corrections", json={"digit_id": digit, "label": 3})

    (pair,) = client.ask("GET", "/api/comparison").json()["pairs"]

    assert (pair["first"]["model"], pair["second"]["model"]) == ("cnn", "knn")
    assert (pair["n"], pair["first_right"], pair["second_right"], pair["difference"]) == (30, 0, 30, -1.0)
    page = client.ask("GET", "/compare").text
    assert "knn, version 1, is more accurate than cnn, version 1 on the 30 corrected digits" in page
    assert "People see the reading of cnn, and correct mostly what it got wrong." in page
