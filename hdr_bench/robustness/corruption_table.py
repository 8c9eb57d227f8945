"""Table of corruptions.

To add one, write a function as described in `CorruptionEntry.apply`, and add its entry.
"""

from hdr_bench.robustness.blurs import blur_gaussian, blur_motion
from hdr_bench.robustness.corruption_entry import CorruptionEntry
from hdr_bench.robustness.covering import occlude
from hdr_bench.robustness.drawn_lines import draw_dotted_lines, draw_zigzags
from hdr_bench.robustness.edges import draw_edges
from hdr_bench.robustness.fog import add_fog
from hdr_bench.robustness.geometry import rotate, scale, shear, translate
from hdr_bench.robustness.glass import blur_glass
from hdr_bench.robustness.jpeg import compress
from hdr_bench.robustness.light import brighten, invert, invert_stripes, reduce_contrast
from hdr_bench.robustness.noise import add_gaussian_noise, add_impulse_noise, add_shot_noise
from hdr_bench.robustness.spatter import spatter

_MNIST_C, _IMAGENET_C, _BOTH = ("mu2019",), ("hendrycks2019",), ("mu2019", "hendrycks2019")
_SCALE_OF_BOTH = "MNIST-C, with ImageNet-C's scale"
_SCALE_OF_ITS_OWN = "MNIST-C; the scale is this library's"

CORRUPTIONS: dict[str, CorruptionEntry] = {
    "shot_noise": CorruptionEntry(
        title="Shot noise",
        description="each pixel is a random number of photons, fewer in dark areas",
        apply=add_shot_noise,
        parameters={"photons": (60, 25, 12, 5, 3)},
        origin=_SCALE_OF_BOTH,
        cites=_BOTH,
        mnist_c=5,
    ),
    "impulse_noise": CorruptionEntry(
        title="Impulse noise",
        description="random pixels are replaced by black or white",
        apply=add_impulse_noise,
        parameters={"share": (0.03, 0.06, 0.09, 0.17, 0.27)},
        origin=_SCALE_OF_BOTH,
        cites=_BOTH,
        mnist_c=4,
    ),
    "glass_blur": CorruptionEntry(
        title="Glass blur",
        description="blurred vertically, nearby pixels swapped, blurred again, as through frosted glass",
        apply=blur_glass,
        parameters={
            "deviation": (0.7, 0.9, 1, 1.1, 1.5),
            "distance": (1, 2, 2, 3, 4),
            "rounds": (2, 1, 3, 2, 2),
        },
        origin=_SCALE_OF_BOTH,
        cites=_BOTH,
        mnist_c=1,
    ),
    "motion_blur": CorruptionEntry(
        title="Motion blur",
        description="smeared to one side along a line at up to 45 degrees from horizontal",
        apply=blur_motion,
        parameters={"radius": (10, 10, 15, 15, 15), "deviation": (3, 4, 5, 7, 10)},
        origin=_SCALE_OF_ITS_OWN,
        cites=_MNIST_C,
        mnist_c=1,
    ),
    "shear": CorruptionEntry(
        title="Shear",
        description="slanted to the left or right",
        apply=shear,
        parameters={"angle": (0.2, 0.4, 0.6, 0.8, 1)},
        origin="MNIST-C",
        cites=_MNIST_C,
        mnist_c=2,
    ),
    "scale": CorruptionEntry(
        title="Scale",
        description="shrunk about the centre",
        apply=scale,
        parameters={"factor": (0.9, 0.8, 0.7, 0.6, 0.5)},
        origin="MNIST-C",
        cites=_MNIST_C,
        mnist_c=3,
    ),
    "rotate": CorruptionEntry(
        title="Rotate",
        description="rotated about the centre, in either direction",
        apply=rotate,
        parameters={"angle": (0.2, 0.4, 0.6, 0.8, 1)},
        origin="MNIST-C",
        cites=_MNIST_C,
        mnist_c=2,
    ),
    "brightness": CorruptionEntry(
        title="Brightness",
        description="lighter, both background and ink",
        apply=brighten,
        parameters={"light": (0.1, 0.2, 0.3, 0.4, 0.5)},
        origin=_SCALE_OF_BOTH,
        cites=_BOTH,
        mnist_c=5,
    ),
    "translate": CorruptionEntry(
        title="Translate",
        description="moved towards one of the corners",
        apply=translate,
        parameters={"distance": (1, 2, 3, 4, 5)},
        origin="MNIST-C",
        cites=_MNIST_C,
        mnist_c=3,
    ),
    "stripe": CorruptionEntry(
        title="Stripe",
        description="inverted in stripes along the left and right borders",
        apply=invert_stripes,
        parameters={"width": (2 / 28, 4 / 28, 7 / 28, 9 / 28, 11 / 28)},
        origin=_SCALE_OF_ITS_OWN,
        cites=_MNIST_C,
        mnist_c=3,
    ),
    "fog": CorruptionEntry(
        title="Fog",
        description="unevenly lighter, with less contrast",
        apply=add_fog,
        parameters={"light": (0.5, 1, 1.5, 2.2, 3), "decay": (2, 2, 1.7, 1.5, 1.4)},
        origin=_SCALE_OF_ITS_OWN,
        cites=_MNIST_C,
        mnist_c=5,
    ),
    "spatter": CorruptionEntry(
        title="Spatter",
        description="drops of mud, darker than ink, that cover the image",
        apply=spatter,
        parameters={
            "mean": (0.65,) * 5,
            "deviation": (0.3,) * 5,
            "size": (1,) * 5,
            "threshold": (0.67, 0.66, 0.65, 0.64, 0.62),
            "softness": (1.5,) * 5,
        },
        origin=_SCALE_OF_ITS_OWN,
        cites=_MNIST_C,
        mnist_c=3,
    ),
    "dotted_line": CorruptionEntry(
        title="Dotted line",
        description="straight dotted lines from the left border to the right",
        apply=draw_dotted_lines,
        parameters={"lines": (1, 2, 3, 4, 5)},
        origin=_SCALE_OF_ITS_OWN,
        cites=_MNIST_C,
        mnist_c=1,
    ),
    "zigzag": CorruptionEntry(
        title="Zigzag",
        description="zigzag lines from left to right",
        apply=draw_zigzags,
        parameters={"lines": (1, 2, 3, 4, 5)},
        origin=_SCALE_OF_ITS_OWN,
        cites=_MNIST_C,
        mnist_c=1,
    ),
    "canny_edges": CorruptionEntry(
        title="Canny edges",
        description="blended with the outlines of the strokes, until only these remain",
        apply=draw_edges,
        parameters={"share": (0.2, 0.4, 0.6, 0.8, 1)},
        origin=_SCALE_OF_ITS_OWN,
        cites=("mu2019", "canny1986"),
        mnist_c=5,
    ),
    "gaussian_noise": CorruptionEntry(
        title="Gaussian noise",
        description="normally distributed noise in each pixel",
        apply=add_gaussian_noise,
        parameters={"deviation": (0.08, 0.12, 0.18, 0.26, 0.38)},
        origin="Dodge and Karam, with ImageNet-C's scale",
        cites=("dodge2016", "hendrycks2019"),
    ),
    "gaussian_blur": CorruptionEntry(
        title="Gaussian blur",
        description="out of focus",
        apply=blur_gaussian,
        parameters={"deviation": (0.5, 1, 1.5, 2, 3)},
        origin="Dodge and Karam; the scale is this library's",
        cites=("dodge2016",),
    ),
    "contrast": CorruptionEntry(
        title="Contrast",
        description="contrast reduced towards the image's mean",
        apply=reduce_contrast,
        parameters={"factor": (0.4, 0.3, 0.2, 0.1, 0.05)},
        origin="Dodge and Karam, with ImageNet-C's scale",
        cites=("dodge2016", "hendrycks2019"),
    ),
    "jpeg": CorruptionEntry(
        title="JPEG",
        description="compressed until blocks are visible",
        apply=compress,
        parameters={"quality": (25, 18, 15, 10, 7)},
        origin="Dodge and Karam, with ImageNet-C's scale",
        cites=("dodge2016", "hendrycks2019"),
    ),
    "occlusion": CorruptionEntry(
        title="Occlusion",
        description="a grey square covers part of the image",
        apply=occlude,
        parameters={"side": (4, 6, 8, 11, 14)},
        origin="Zeiler and Fergus; the scale is this library's",
        cites=("zeiler2014",),
    ),
    "inversion": CorruptionEntry(
        title="Inversion",
        description="blended with its inverse: paler, then inverted and pale, then fully inverted",
        apply=invert,
        parameters={"share": (0.2, 0.4, 0.6, 0.8, 1)},
        origin="this library",
        cites=(),
    ),
}
"""Corruptions by name: first the fifteen of MNIST-C, in its order, then others."""
