# Learns what is normal for one machine, then notices when that changes. The same file serves chip and laptop.
#
# The autoencoder knows machines of this type. What it leaves of a window's features, the residual, is
# small, but each machine has one of its own. The first windows tell its mean and spread; from then on
# a window's error is how far the residual is from that mean, in spreads, squared and averaged over
# the features.
from array import array

SOFT = 0.1  # added to each spread: a feature that never moved while learning may move a little


class Detector:
    """From windows of a pipeline's front end to alarms.

    learning: windows that tell what is normal. The threshold is the mean of their errors and `factor`
    times their spread; `alarm` is true while the last `in_a_row` windows were above it.
    """

    def __init__(self, pipeline, learning=30, factor=6, in_a_row=3):
        self.front_end, self._model = pipeline.front_end, pipeline.model
        self._n = len(self._model.input.data)
        self._features = array("b", bytes(self._n))
        self._again = array("b", bytes(self._n))
        self._residual = array("f", [0] * self._n)
        self._mean = array("f", [0] * self._n)
        self._spread = array("f", [0] * self._n)
        self._learning, self._factor = learning, factor
        self.in_a_row = in_a_row
        self.restart()

    def restart(self):
        """Learns anew."""
        self._learned = []
        self._above = 0
        self.threshold = None  # while it learns

    @property
    def alarm(self):
        return self._above >= self.in_a_row

    def infer(self):
        """The error of the window that is due; None while it learns."""
        self.front_end.take(self._features)
        self._model.run(self._features, self._again)
        x, y = self._model.input, self._model.output
        again = y.data
        for i in range(self._n):
            real = x.scale * (self._features[i] - x.zero_point)
            self._residual[i] = real - y.scale * (again[i] - y.zero_point)
        if self.threshold is None:
            self._learn()
            return None
        error = self._error(self._residual)
        self._above = self._above + 1 if error > self.threshold else 0
        return error

    def _learn(self):
        self._learned.append(array("f", self._residual))
        if len(self._learned) < self._learning:
            return
        for i in range(self._n):
            self._mean[i], self._spread[i] = _statistics([row[i] for row in self._learned])
        mean, spread = _statistics([self._error(row) for row in self._learned])
        self.threshold = mean + self._factor * spread
        self._learned = []

    def _error(self, residual):
        total = 0
        for i in range(self._n):
            far = (residual[i] - self._mean[i]) / (self._spread[i] + SOFT)
            total += far * far
        return total / self._n


def _statistics(values):
    # Mean and standard deviation.
    mean = sum(values) / len(values)
    return mean, (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5
