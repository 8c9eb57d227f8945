"""
What three seeds can tell
=========================

A network starts from random weights and sees its images in random order, so training it again gives a different
accuracy. How much of the difference between two methods is due to chance? This page trains the same small network
twenty times, separates the variation due to seeds from that due to test images, and shows how much a comparison with
three seeds can detect. It ends with published figures that come from one training run each.
"""

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
from scipy import stats

from hdr_bench import load_dataset
from hdr_bench.estimators import MLPClassifier

BLUE, VERMILION, GRAY = "#0072B2", "#D55E00", "#777777"

# %%
# Twenty training runs
# --------------------
# Two networks that differ only in size, with 64 or 32 hidden units, learn from the same 1,000 images, with seeds 0 to
# 19. We record which of the 1,000 test images each fit classifies correctly.

digits = load_dataset("mnist-5k")
few = digits.subsample(1000)
n_seeds, n_images = 20, len(digits.test)


def fits_of(layers):
    """Return which test images each of the fits gets right: an array of seeds by images."""
    networks = [MLPClassifier(layers, batch_size=50, max_epochs=6, random_state=seed) for seed in range(n_seeds)]
    answers = [network.fit(few.train.X, few.train.y).predict(digits.test.X) for network in networks]
    return np.array(answers) == digits.test.y


larger, smaller = fits_of("64N"), fits_of("32N")
accuracies = {"64 units": 100 * larger.mean(axis=1), "32 units": 100 * smaller.mean(axis=1)}

fig, ax = plt.subplots(figsize=(7, 2.4), layout="constrained")
for place, ((name, values), color) in enumerate(zip(accuracies.items(), (BLUE, VERMILION), strict=True)):
    ax.plot(values, np.full(n_seeds, place), "|", color=color, markersize=18, markeredgewidth=1.5)
    ax.plot(values.mean(), place, "D", color=color)
    print(f"{name}: {values.min():.1f} to {values.max():.1f} %, mean {values.mean():.2f}, sd {values.std(ddof=1):.2f}")
ax.set_yticks([0, 1], list(accuracies))
ax.set(ylim=(-0.6, 1.6), xlabel="Test accuracy (%); a stroke for each seed, a diamond for the mean")
ax.invert_yaxis()
plt.show()

# %%
# The larger network is better on average, but a lucky seed of the smaller one beats an unlucky seed of the larger one.
#
# Seeds and images
# ----------------
# Two things are left to chance: the seed, and which images happen to be in the test part. To see the effect of the
# second, look at the images one by one. Most are right with every seed. The accuracy varies because of the few that are
# right with some seeds only.

shares = larger.mean(axis=0)
print(f"Right with every seed {np.sum(shares == 1)}, wrong with every seed {np.sum(shares == 0)},")
print(f"depending on the seed {np.sum((shares > 0) & (shares < 1))} of {n_images} images")

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
left.hist(n_seeds * shares, bins=np.arange(-0.5, n_seeds + 1), color=BLUE, edgecolor="white")
left.set(yscale="log", xlabel="Seeds that are right", ylabel="Test images", title="64 units")
left.set_xticks(range(0, 21, 5))
halves = 100 * larger[:, ::2].mean(axis=1), 100 * larger[:, 1::2].mean(axis=1)
right.scatter(*halves, color=BLUE)
right.set(xlabel="Accuracy on the even images (%)", ylabel="on the odd images (%)", title="Good seeds, or luck?")
plt.show()
print(f"Correlation of the two halves over the seeds: {np.corrcoef(*halves)[0, 1]:.2f}")

# %%
# On the right, every point is a seed. If some seeds gave much better networks, these would be better on both halves,
# and the points would rise from left to right. They hardly do. The variance can be split in the same way. Even seeds
# that are equally good in the long run differ on 1,000 images: the expected variance is that of an image over the
# seeds, averaged over the images and divided by their number. Only the excess is due to the seeds themselves.

spread = larger.mean(axis=1).var(ddof=1)
by_images = (shares * (1 - shares)).mean() * n_seeds / (n_seeds - 1) / n_images
of_test_part = shares.var(ddof=1) / n_images
own = max(0, spread - by_images)
print(f"sd of the seeds' accuracies            {100 * np.sqrt(spread):.2f} points")
print(f"... if all seeds were equally good     {100 * np.sqrt(by_images):.2f} points")
print(f"... so due to the seeds themselves     {100 * np.sqrt(own):.2f} points")
print(f"sd due to the choice of the test images {100 * np.sqrt(of_test_part):.2f} points")
assert of_test_part > spread

# %%
# The last line is the largest, and more seeds do not reduce it: an interval from seeds alone holds for these 1,000 test
# images, not for new ones. hdr-bench's reports add both parts, ``var(shares) / images + v / seeds``, where v is the
# variance that the seeds add beyond that of the images.
#
# Three out of twenty
# -------------------
# Three seeds are a common choice. We have twenty, so we can take every choice of three of them, 1,140 in all, and
# compare the result of each with that of all twenty.

values = accuracies["64 units"]
triples = np.array(list(combinations(values, 3)))
means, deviations = triples.mean(axis=1), triples.std(axis=1, ddof=1)
truth, sd = values.mean(), values.std(ddof=1)

covered = {}
for name, quantile in (("as if the sd were known", 1.96), ("Student's t", stats.t.ppf(0.975, 2))):
    covered[name] = np.mean(np.abs(means - truth) <= quantile * deviations / np.sqrt(3))
    print(f"mean ± {quantile:.2f} sd / √3 ({name}) contains the mean of all twenty in {covered[name]:.0%} of triples")

fig, ax = plt.subplots(figsize=(7, 3), layout="constrained")
ax.hist(deviations, bins=np.arange(0, 1.2, 0.06), color=BLUE, edgecolor="white")
ax.axvline(sd, color="black")
ax.annotate("of all twenty", (sd, 1.02), xycoords=ax.get_xaxis_transform(), ha="center", annotation_clip=False)
low, high = np.quantile(deviations, [0.025, 0.975])
ax.axvspan(low, high, color=BLUE, alpha=0.12, zorder=0)
ax.set(xlabel="Standard deviation of three seeds (points)", ylabel="Triples")
plt.show()
print(f"The sd of three seeds is {low / sd:.2f} to {high / sd:.2f} times that of all twenty, in 95 % of the cases.")

# %%
# Three seeds give a poor estimate of their own spread: sometimes they agree by chance and suggest a precision that is
# not there. That is why Student's quantile for three values is 4.30 and not 1.96. With 1.96, the coverage of the
# nominal 95 % interval is far lower.

assert covered["as if the sd were known"] < 0.9 < covered["Student's t"]

# %%
# Comparing two networks
# ----------------------
# Now draw some seeds of each network, many times, and ask which network is ahead, and whether a t-test finds the
# difference significant at the usual 5 %.

generator = np.random.default_rng(0)
seen = {}
for k in (1, 3, 5, 10):
    first, second = (
        np.array([generator.choice(values, k, replace=False) for _ in range(2000)]) for values in accuracies.values()
    )
    difference = first.mean(axis=1) - second.mean(axis=1)
    ahead, significant = np.mean(difference > 0), np.nan
    if k > 1:
        error = np.sqrt((first.var(axis=1, ddof=1) + second.var(axis=1, ddof=1)) / k)
        significant = np.mean(np.abs(difference) > stats.t.ppf(0.975, 2 * k - 2) * error)
    seen[k] = ahead, significant
    print(f"{k:2} seeds each: the better network is ahead in {ahead:.0%}", end="")
    print(f", the difference is significant in {significant:.0%}" if k > 1 else ", and no test is possible")
assert seen[1][0] < seen[3][0] < seen[10][0]
assert seen[3][1] < seen[10][1]

# %%
# How large must a difference be for the test to find it in four of five cases? With k seeds of each, in units of the
# seeds' standard deviation:

counts = np.arange(2, 21)
freedom = 2 * counts - 2
detectable = (stats.t.ppf(0.975, freedom) + stats.t.ppf(0.8, freedom)) * np.sqrt(2 / counts)

fig, ax = plt.subplots(figsize=(7, 3.2), layout="constrained")
ax.plot(counts, detectable, color=BLUE, marker="o")
for k in (3, 5, 10):
    ax.annotate(f"{k} seeds: {detectable[k - 2]:.1f} sd", (k + 0.2, detectable[k - 2] + 0.15))
ax.set(xlabel="Seeds of each method", ylabel="Detectable difference (sd)", ylim=(0, None))
ax.set_xticks([2, 3, 5, 10, 15, 20])
plt.show()

# %%
# So three seeds can detect differences of three standard deviations. With a spread of half a point, that is one and a
# half points; on MNIST, where good networks differ by tenths of a point, the spread must be small as well. Five seeds
# are much better than three; beyond ten, the test images limit the comparison.
#
# Back to published figures
# -------------------------
# LeCun and others ("Gradient-Based Learning Applied to Document Recognition", 1998) give the error of LeNet-5 as 0.95 %
# and the uncertainty as about 0.1. That is the standard deviation due to 10,000 test images.


def sd_of_images(share, n):
    """Return the standard deviation of a share found on n images, in points."""
    return 100 * np.sqrt(share * (1 - share) / n)


print(f"LeNet-5: 0.95 % ± {sd_of_images(0.0095, 10_000):.3f} points")
assert round(sd_of_images(0.0095, 10_000), 1) == 0.1

# %%
# A. Aboueloula, N. Benserhier and A. Zrira ("Recognizing Digits using Neural Networks", 2020) report ten-fold
# cross-validation with a mean accuracy of 94.7 % and "the variance is very low 0.1", without a unit. Each fold has
# 6,000 images.

chance = sd_of_images(0.947, 6000)
as_sd = stats.chi2.cdf(9 * 0.1**2 / chance**2, 9)
print(f"Chance alone: sd {chance:.2f} points, variance {chance**2:.3f} points squared")
print(f"Probability that the sd of ten folds is 0.1 points or less: {as_sd:.4f}")
print(f"As a variance of shares, 0.1 is an sd of {100 * np.sqrt(0.1):.0f} points.")
assert chance > 0.25
assert as_sd < 0.01
assert round(chance**2, 1) == 0.1

# %%
# As a standard deviation in points, 0.1 would be less than chance allows. As a variance of shares, it would mean that
# the folds differ by 32 points. In points squared, it is what chance alone would give if all ten fits were equally
# good. So always state the unit.
#
# In the same report, one, two and three layers of convolution are compared. Each printed figure is the mean over the 40
# epochs of one training: multiplied by 40 times the number of images, it is a whole number.

validation = {1: 0.981754994392395, 2: 0.9862325027585029, 3: 0.9811849951744079}
training = {1: 0.9925100013613701, 2: 0.9916629165410995, 3: 0.9869608327746391}
for layers in (1, 2, 3):
    for figure, n in ((validation[layers], 10_000), (training[layers], 60_000)):
        count = figure * 40 * n
        assert abs(count - round(count)) < 0.1

margin = 1.96 * np.sqrt(2) * sd_of_images(0.98, 10_000)
print(f"Two accuracies of 98 % on 10,000 images each can differ by {margin:.2f} points by chance.")
print(f"Two layers against one:   {100 * (validation[2] - validation[1]):+.2f} points")
print(f"Three layers against one: {100 * (validation[3] - validation[1]):+.2f} points")
assert validation[2] - validation[1] > margin / 100
assert abs(validation[3] - validation[1]) < margin / 100

# %%
# The advantage of two layers over one exceeds the variation due to images (the same images were used for both, so this
# limit is conservative). "The third layer is the worst" does not: it is 0.06 points behind the first. And the effect of
# another seed is unknown, since each network was trained once.
#
# Not every comparison of single runs is in doubt. A. Bodin and V. Bernard ("Report on digit recognition", n.d.) trained
# a dense network once, with a test accuracy of 0.9785, and a convolutional one, with 0.9900.

difference = 100 * (0.9900 - 0.9785)
limit = 1.96 * np.hypot(sd_of_images(0.9785, 10_000), sd_of_images(0.9900, 10_000))
print(f"Difference {difference:.2f} points, of which the choice of images explains up to {limit:.2f}")
assert difference > 3 * limit

# %%
# Seeds of such networks differ by one or two tenths of a point. The difference of more than a point exceeds both
# effects.
