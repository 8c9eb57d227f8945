"""Layout of a page: which marks it has, where each lies, and how the page is seen, before anything is drawn."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.pictures.config import PageConfig, Range, Ruling
from benchmarks.pictures.geometry import affine, bounds, corner_shift, rotation, scaling, transform, translation
from benchmarks.pictures.glyphs import LETTERS, SIGNS, Glyph, digit_glyph, sign_glyph

_INKS = {"black": (1, 1, 1), "blue": (1, 0.85, 0.4), "red": (0.35, 1, 0.9), "green": (1, 0.45, 0.8)}
# A line's pitch and the room around the digits, in heights of the page's tallest digit.
_PITCH: Range = (1.6, 2.2)
_ROOM = 0.7


@dataclass(frozen=True, eq=False)
class Mark:
    """A glyph and where it lies.

    Attributes
    ----------
    glyph : Glyph
    line : int
        Number of its line, from the top.
    place : ndarray of shape (3, 3), dtype float64
        From the glyph's pixels to those of the flat page.
    """

    glyph: Glyph
    line: int
    place: NDArray[np.float64]

    @property
    def flat_points(self) -> NDArray[np.float64]:
        """Points of the ink on the flat page."""
        return transform(self.place, self.glyph.points)


@dataclass(frozen=True, eq=False)
class Scene:
    """A page before it is drawn.

    Attributes
    ----------
    marks : tuple of Mark
        In reading order.
    view : ndarray of shape (3, 3), dtype float64
        From the pixels of the flat page to those of the picture.
    size : tuple of int
        Width and height of the picture, in pixels.
    ruling : {"plain", "lines", "squares"}
    rule_pitch, rule_width : float
        Pixels of the flat page.
    rule_contrast, contrast : float
        Shares of the paper's luminance that rules and ink take away.
    ink : tuple of float
        Shares of red, green and blue that the darkest ink of this pen takes away.
    paper : tuple of float
        Grey levels of the paper's red, green and blue.
    light, light_direction : float
        Share of the light that is missing where it is darkest, and where that is, in degrees.
    shadow, shadow_direction, shadow_place : float
        Share of the light that the shadow takes, where it lies, in degrees, and how much of the page it leaves.
    blur, noise : float
        Standard deviations, in pixels and in grey levels.
    quality : int
        Of the JPEG file.
    seed : int
        Of the noise.
    """

    marks: tuple[Mark, ...]
    view: NDArray[np.float64]
    size: tuple[int, int]
    ruling: Ruling
    rule_pitch: float
    rule_width: float
    rule_contrast: float
    contrast: float
    ink: tuple[float, ...]
    paper: tuple[float, ...]
    light: float
    light_direction: float
    shadow: float
    shadow_direction: float
    shadow_place: float
    blur: float
    noise: float
    quality: int
    seed: int

    def resize(self, longest: int) -> "Scene":
        """Return the same page in a picture of another size; blur and noise stay as they are.

        Parameters
        ----------
        longest : int
            Longer side of the picture, in pixels.

        Returns
        -------
        scene : Scene
        """
        factor = longest / max(self.size)
        width, height = (max(1, round(side * factor)) for side in self.size)
        return replace(self, view=scaling(factor) @ self.view, size=(width, height))

    def frame(self, width: int, height: int) -> "Scene":
        """Return the same page in the middle of a picture of a given size, which it fills in one direction.

        Parameters
        ----------
        width, height : int
            Of the picture, in pixels.

        Returns
        -------
        scene : Scene
        """
        factor = min(width / self.size[0], height / self.size[1])
        right, down = (width - factor * self.size[0]) / 2, (height - factor * self.size[1]) / 2
        return replace(self, view=translation(right, down) @ scaling(factor) @ self.view, size=(width, height))


def sample_scene(
    config: PageConfig, number: int, images: NDArray[np.uint8], labels: NDArray[np.integer], seed: int
) -> Scene:
    """Draw the properties of a page.

    Parameters
    ----------
    config : PageConfig
        What they are drawn from.
    number : int
        Of the page: it decides the ruling, and, with the seed, everything else.
    images : ndarray of shape (n, 28, 28), dtype uint8
        Digits to choose from.
    labels : ndarray of shape (n,), dtype int
    seed : int

    Returns
    -------
    scene : Scene
    """
    rng = np.random.default_rng([seed, number])
    base = rng.uniform(*config.height)
    marks = _sample_marks(config, rng, base, images, labels)
    tallest = max(float(np.ptp(mark.flat_points[:, 1])) for mark in marks)
    view, size = _sample_view(config, rng, marks, _ROOM * tallest)
    contrast = rng.uniform(*config.contrast)
    ruling = config.rulings[number % len(config.rulings)]
    return Scene(
        marks=marks,
        view=view,
        size=size,
        ruling=ruling,
        rule_pitch=tallest * (rng.uniform(*_PITCH) if ruling == "lines" else rng.uniform(0.5, 1.1)),
        rule_width=max(1.0, 0.03 * base),
        rule_contrast=contrast * rng.uniform(*config.rule_contrast),
        contrast=contrast,
        ink=_INKS[str(rng.choice(list(_INKS)))],
        paper=tuple(rng.uniform(185, 245) * np.array([1, rng.uniform(0.94, 1), rng.uniform(0.85, 1)])),
        light=rng.uniform(*config.light),
        light_direction=rng.uniform(0, 360),
        shadow=rng.uniform(*config.shadow),
        shadow_direction=rng.uniform(0, 360),
        shadow_place=rng.uniform(0.3, 0.7),
        blur=rng.uniform(*config.blur),
        noise=rng.uniform(*config.noise),
        quality=int(rng.integers(config.quality[0], config.quality[1] + 1)),
        seed=int(rng.integers(2**31)),
    )


def _sample_marks(
    config: PageConfig,
    rng: np.random.Generator,
    base: float,
    images: NDArray[np.uint8],
    labels: NDArray[np.integer],
) -> tuple[Mark, ...]:
    level, slant = rng.uniform(*config.stroke), math.tan(math.radians(rng.uniform(*config.slant)))
    marks: list[Mark] = []
    foot = 0.0
    for line in range(rng.integers(config.n_lines[0], config.n_lines[1] + 1)):
        end = rng.uniform(0, 2) * base
        foot += rng.uniform(*_PITCH) * min(1.15 * base, config.height[1])
        previous: Mark | None = None
        for _ in range(rng.integers(config.n_per_line[0], config.n_per_line[1] + 1)):
            glyph = _sample_glyph(config, rng, level, images, labels)
            height = float(np.clip(base * rng.uniform(0.85, 1.15), *config.height))
            mark = Mark(glyph, line, _place(glyph, height, slant, foot + 0.08 * height * rng.normal()))
            if previous is not None and rng.random() < config.touching:
                mark = _push_together(previous, mark, max(2.0, 0.05 * height))
            else:
                mark = _move(mark, end - bounds(mark.flat_points)[0])
            end = bounds(mark.flat_points)[2] + rng.uniform(*config.gap) * height
            marks.append(mark)
            previous = mark
    return tuple(marks)


def _sample_glyph(
    config: PageConfig,
    rng: np.random.Generator,
    level: float,
    images: NDArray[np.uint8],
    labels: NDArray[np.integer],
) -> Glyph:
    if rng.random() < config.letters:
        return sign_glyph(str(rng.choice(list(LETTERS + SIGNS))), int(rng.integers(3)))
    chosen = rng.integers(len(images))
    return digit_glyph(images[chosen], level, int(labels[chosen]))


def _place(glyph: Glyph, height: float, slant: float, foot: float) -> NDArray[np.float64]:
    """Return where a glyph lies: so high, leaning to the right, its lowest ink at the foot, its leftmost at 0."""
    left, top, _, bottom = bounds(glyph.points)
    scale = height / (bottom - top)
    return translation(0, foot) @ affine(scale, scale * -slant) @ translation(-left, -bottom)


def _move(mark: Mark, right: float) -> Mark:
    return replace(mark, place=translation(right, 0) @ mark.place)


def _push_together(previous: Mark, mark: Mark, overlap: float) -> Mark:
    """Return a mark moved until its ink and that of its left neighbour overlap by some pixels, in one row at least."""
    left, right = (np.floor(each.flat_points[:, 1]).astype(int) for each in (previous, mark))
    first = min(left.min(), right.min())
    n_rows = max(left.max(), right.max()) - first + 1
    ends, starts = np.full(n_rows, -np.inf), np.full(n_rows, np.inf)
    np.maximum.at(ends, left - first, previous.flat_points[:, 0])
    np.minimum.at(starts, right - first, mark.flat_points[:, 0])
    gaps = starts - ends
    # Marks at different heights have no row in common: their boxes are then put side by side.
    gap = gaps.min() if np.isfinite(gaps.min()) else bounds(mark.flat_points)[0] - bounds(previous.flat_points)[2]
    return _move(mark, -gap - overlap)


def _sample_view(
    config: PageConfig, rng: np.random.Generator, marks: tuple[Mark, ...], room: float
) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Return how the page is turned and seen, and the size of the picture, which shows all marks and room around."""
    points = np.concatenate([mark.flat_points for mark in marks])
    left, top, right, bottom = bounds(points)
    width, height = right - left + 2 * room, bottom - top + 2 * room
    view = (
        corner_shift(width, height, rng.uniform(-config.perspective, config.perspective, (4, 2)))
        @ rotation(rng.uniform(*config.rotation), width / 2, height / 2)
        @ translation(room - left, room - top)
    )
    left, top, right, bottom = bounds(transform(view, points))
    size = math.ceil(right - left + 2 * room), math.ceil(bottom - top + 2 * room)
    return translation(room - left, room - top) @ view, size
