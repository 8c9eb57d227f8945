"""Fitted models in files, each with a card that says what it learned from."""

from hdr_bench import load_dataset, make_estimator
from hdr_bench.models import CardData, CardScore, describe_estimator, save_model


def save_fitted(folder, name, dataset="digits-8x8", estimator=None, **changes):
    """Fit a method on a data set's training part, save it as NAME.hdrm, and return the file."""
    data = load_dataset(dataset)
    model = make_estimator(name) if estimator is None else estimator
    model.fit(data.train.X, data.train.y)
    n_errors = int((model.predict(data.test.X) != data.test.y).sum())
    learned = {
        "data": CardData(name=dataset, fingerprint=data.fingerprint, n_train=len(data.train)),
        "classes": data.class_names,
        "image_shape": data.image_shape,
        "scores": (CardScore.of_counts(dataset, len(data.test), n_errors),),
    }
    return save_model(
        model, folder / f"{name}.hdrm", card=describe_estimator(model).model_copy(update=learned | changes)
    )
