"""From a page's layout to its picture."""

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from benchmarks.pictures.geometry import bounds, local_scale, transform
from benchmarks.pictures.scene import Mark, Scene

Plane = NDArray[np.float32]

_LUMINANCE = np.array([0.299, 0.587, 0.114])
# The ink of an MNIST digit rises to its full darkness within about two pixels of its image.
_EDGE_SLOPE = 0.45


def render_scene(scene: Scene) -> NDArray[np.uint8]:
    """Draw a page: what ink and rules leave of the paper, in its light, blurred, with noise, through JPEG.

    Parameters
    ----------
    scene : Scene

    Returns
    -------
    picture : ndarray of shape (height, width, 3), dtype uint8
    """
    rng = np.random.default_rng(scene.seed)
    width, height = scene.size
    ink = np.zeros((height, width), np.float32)
    for mark in scene.marks:
        _draw_mark(ink, mark, scene)
    rules, light = _draw_rules(scene), _draw_light(scene)
    rule_tint, ink_tint = _tint((1, 0.8, 0.5), scene.rule_contrast), _tint(scene.ink, scene.contrast)
    picture = np.empty((height, width, 3), np.uint8)
    for channel, paper in enumerate(scene.paper):
        level = paper * light * (1 - rule_tint[channel] * rules) * (1 - ink_tint[channel] * ink)
        if scene.blur:
            level = ndimage.gaussian_filter(level, scene.blur, mode="nearest")
        level += scene.noise * rng.standard_normal(level.shape, dtype=np.float32)
        picture[:, :, channel] = np.clip(np.rint(level), 0, 255)
    return _through_jpeg(picture, scene.quality)


def _tint(color: tuple[float, ...], contrast: float) -> NDArray[np.float32]:
    """Return the shares of red, green and blue that are taken away, whose luminance is the contrast where it can be."""
    shares = np.array(color) * contrast / float(_LUMINANCE @ color)
    return (shares / max(1, shares.max())).astype(np.float32)


def _draw_mark(ink: Plane, mark: Mark, scene: Scene) -> None:
    """Draw a mark's ink into a plane, anti-aliased: its edge is a pixel wide at any size."""
    matrix = scene.view @ mark.place
    middle = mark.glyph.points.mean(axis=0)
    scale = local_scale(matrix, *middle)
    left, top, right, bottom = bounds(transform(matrix, mark.glyph.points))
    reach = math.ceil(2 + 2 * scale)
    first_x, first_y = max(0, math.floor(left) - reach), max(0, math.floor(top) - reach)
    part = ink[first_y : math.ceil(bottom) + reach, first_x : math.ceil(right) + reach]
    y, x = np.mgrid[first_y : first_y + part.shape[0], first_x : first_x + part.shape[1]]
    points = transform(np.linalg.inv(matrix), np.column_stack([x.ravel(), y.ravel()]).astype(np.float64))
    surface = ndimage.map_coordinates(mark.glyph.surface, points.T[::-1], order=3, mode="constant", prefilter=False)
    steepness = 4 * max(scale, 1) / _EDGE_SLOPE
    covered = 1 / (1 + np.exp(-np.clip(steepness * (surface - mark.glyph.level), -30, 30)))
    np.maximum(part, covered.reshape(part.shape).astype(np.float32), out=part)


def _draw_rules(scene: Scene) -> Plane:
    """Return how much of each pixel rules cover."""
    width, height = scene.size
    if scene.ruling == "plain":
        return np.zeros((height, width), np.float32)
    inverse = np.linalg.inv(scene.view)
    scale = local_scale(scene.view, *transform(inverse, np.array([[width / 2, height / 2]]))[0])
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    bottom = inverse[2, 0] * x + inverse[2, 1] * y + inverse[2, 2]
    axes = (0, 1) if scene.ruling == "squares" else (1,)
    rules = np.zeros((height, width), np.float32)
    for axis in axes:
        flat = (inverse[axis, 0] * x + inverse[axis, 1] * y + inverse[axis, 2]) / bottom
        away = np.abs((flat / scene.rule_pitch + 0.5) % 1 - 0.5) * scene.rule_pitch
        np.maximum(rules, np.clip(scale * (scene.rule_width / 2 - away) + 0.5, 0, 1), out=rules)
    return rules


def _draw_light(scene: Scene) -> Plane:
    """Return the light at each pixel, 1 where it is full: a slope across the page, and a shadow with a soft edge."""
    width, height = scene.size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    slope = _position(x / width, y / height, scene.light_direction)
    light = 1 - np.float32(scene.light) * slope
    if scene.shadow:
        position = _position(x / width, y / height, scene.shadow_direction)
        edge = np.clip((position - scene.shadow_place) / 0.06 + 0.5, 0, 1)
        light *= 1 - np.float32(scene.shadow) * edge * edge * (3 - 2 * edge)
    return light


def _position(x: Plane, y: Plane, degrees: float) -> Plane:
    """Return how far each point of the unit square lies in a direction, from 0 to 1."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    along = (x - 0.5) * np.float32(cosine) + (y - 0.5) * np.float32(sine)
    return along / np.float32(abs(cosine) + abs(sine)) + np.float32(0.5)


def _through_jpeg(picture: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))
