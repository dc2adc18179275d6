# Whether inputs are still like those the model was trained with, and how sure an answer is. The same file serves chip and
# laptop.
import math

ROWS = 4  # of a window that are looked at: all of it would take longer than many a model
STRIDE = 7919  # rows from one of them to the next, around the window: a prime, so that all have their turn


def watch(pipeline, warn, rows=1000, shift=1.0, ratio=2.0):
    """Has a pipeline compare its features with the statistics in the model file; returns the Drift.

    Raises ValueError where the file has none.
    """
    if not pipeline.statistics:
        raise ValueError(
            "%s: expected statistics in the recipe, found none; minfer convert --samples puts them in"
            % (pipeline.model.name or "model")
        )
    x = pipeline.model.input
    integers = pipeline.front_end.typecode == "b"
    drift = Drift(
        pipeline.statistics["mean"],
        pipeline.statistics["std"],
        warn,
        rows,
        shift,
        ratio,
        x.scale if integers else None,
        x.zero_point,
    )
    pipeline.watch = drift.update
    return drift


class Drift:
    """Compares the mean and the standard deviation of features with those they had in training.

    mean, std: sequences with a value a channel; a row of features, their last dimension, has one number a channel.
    warn: a function that is given this object when the two have parted; once, until they have come together again.
    rows: of how many, four from each window, mean and deviation are taken before they are compared.
    shift, ratio: what it warns at, and may do so again after both have been halfway back:
    `self.shift`, how far means are from those in training, in units of std, its absolute value averaged over channels;
    `self.ratio`, how many times larger or smaller deviations are, the geometric mean of channels: 1 and more.
    scale, zero_point: of features that are integers; without, they are real numbers.
    """

    def __init__(self, mean, std, warn, rows=1000, shift=1.0, ratio=2.0, scale=None, zero_point=0):
        if len(mean) != len(std) or not mean:
            raise ValueError(
                "statistics: expected as many means as deviations, found %d and %d"
                % (len(mean), len(std))
            )
        if not 2 <= rows <= 16000:
            raise ValueError("rows: expected 2 to 16000, found %s" % rows)
        if shift <= 0 or ratio <= 1:
            raise ValueError(
                "expected a shift above 0 and a ratio above 1, found %s and %s" % (shift, ratio)
            )
        n = len(mean)
        unit = scale or 1
        self._mean = [value / unit + (zero_point if scale else 0) for value in mean]
        self._std = [value / unit for value in std]
        # A channel that never moved in training has no deviation to measure by.
        self._least = 1 if scale else sum(self._std) / (100 * n) or 1e-9
        # Sums count from here, so that they stay small, and integers where the features are.
        self._origin = [int(value) if scale else value for value in self._mean]
        self._sums = [0] * n
        self._squares = [0] * n
        self._n_rows = 0
        self._row = 0
        self._limits = shift, math.log(ratio)
        self._warn = warn
        self._rows = rows
        self.warned = False
        self.shift = 0
        self.ratio = 1

    def update(self, features):
        """Takes a window of features, a buffer of rows. Integers are added up without an allocation."""
        n = len(self._origin)
        n_rows = len(features) // n
        for _ in range(min(ROWS, n_rows)):
            self._row = (self._row + STRIDE) % n_rows
            start = self._row * n
            for i in range(n):
                value = features[start + i] - self._origin[i]
                self._sums[i] += value
                self._squares[i] += value * value
            self._n_rows += 1
        if self._n_rows >= self._rows:
            self._compare()

    def _compare(self):
        n = self._n_rows
        shift = spread = 0
        for i in range(len(self._sums)):
            mean = self._sums[i] / n
            std = math.sqrt(max(self._squares[i] / n - mean * mean, 0))
            usual = max(self._std[i], self._least)
            shift += abs(self._origin[i] + mean - self._mean[i]) / usual
            spread += abs(math.log(max(std, self._least) / usual))
            self._sums[i] = self._squares[i] = 0
        self._n_rows = 0
        shift /= len(self._sums)
        spread /= len(self._sums)
        self.shift = shift
        self.ratio = math.exp(spread)
        if shift >= self._limits[0] or spread >= self._limits[1]:
            if not self.warned:
                self.warned = True
                self._warn(self)
        elif shift < self._limits[0] / 2 and spread < self._limits[1] / 2:
            self.warned = False


def entropy(probabilities):
    """In bits: 0 where one class is certain, log2 of their number where all are alike."""
    total = 0
    for p in probabilities:
        if p > 0:
            total -= p * math.log(p, 2)
    return total


def margin(probabilities):
    """From the second highest to the highest: near 0 where two classes are alike."""
    first = second = 0
    for p in probabilities:
        if p > first:
            first, second = p, first
        elif p > second:
            second = p
    return first - second
