"""How a row of features is seen as an image."""

import math


def image_shape_of(n_features: int, image_shape: tuple[int, int] | None) -> tuple[int, int]:
    """Return height and width: `image_shape`, else a square where that is possible, else one row.

    Raises
    ------
    ValueError
        If `image_shape` does not fit the number of features.
    """
    if image_shape is None:
        side = math.isqrt(n_features)
        return (side, side) if side * side == n_features else (1, n_features)
    height, width = image_shape
    if height * width != n_features:
        raise ValueError(
            f"image_shape={image_shape!r} makes {height * width} pixels, but X has {n_features} features; "
            "give the height and width of the images in X"
        )
    return int(height), int(width)
