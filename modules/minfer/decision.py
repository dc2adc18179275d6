# From the probabilities of window after window to detections. The same file serves chip and laptop.
from array import array


class Decision:
    """Says when a class is detected, from one row of probabilities a window.

    labels: of the classes, or how many there are, whose numbers then stand for labels.
    average: the mean of so many last windows counts; windows before the first count as 0.
    threshold: the likeliest class is detected when its mean reaches this,
    release: and not again before its mean has been below this (the threshold if not given),
    refractory_ms: nor any class before so much time has passed since the last detection.
    ignore: labels that are never detected: silence, the unknown, the background.
    scale, zero_point: of rows that are integers, as a model's output holds them; without, rows are real numbers.
    Raises ValueError for a value that makes no sense.
    """

    def __init__(
        self,
        labels,
        average=1,
        threshold=0.5,
        release=None,
        refractory_ms=0,
        ignore=(),
        scale=None,
        zero_point=0,
    ):
        self.labels = tuple(range(labels)) if isinstance(labels, int) else tuple(labels)
        release = threshold if release is None else release
        if not (isinstance(average, int) and 1 <= average <= 1000):
            raise ValueError("average: expected 1 to 1000 windows, found %s" % average)
        if not 0 < threshold <= 1:
            raise ValueError("threshold: expected above 0 to 1, found %s" % threshold)
        if not 0 < release <= threshold:
            raise ValueError(
                "release: expected above 0 to the threshold, %s, found %s" % (threshold, release)
            )
        if refractory_ms < 0:
            raise ValueError("refractory_ms: expected 0 or more, found %s" % refractory_ms)
        n = len(self.labels)
        self._ignored = bytearray(n)
        for label in ignore:
            if label not in self.labels:
                names = ", ".join(str(name) for name in self.labels)
                raise ValueError("ignore: expected labels of %s, found %s" % (names, label))
            self._ignored[self.labels.index(label)] = 1
        self._average = average
        self._refractory = refractory_ms
        self.scale = scale
        self._zero = 0 if scale is None else average * zero_point
        self._threshold = self._limit(threshold, scale)
        self._release = self._limit(release, scale)
        self._blank = 0 if scale is None else zero_point
        self._history = array("f" if scale is None else "h", [self._blank] * (n * average))
        self._armed = bytearray(n)
        self.reset()

    def _limit(self, probability, scale):
        # What a sum over the windows is compared with. The little that is taken off makes single precision, double
        # precision and integers agree about what reaches it.
        if scale is None:
            return self._average * (probability - 1e-6)
        exact = self._average * probability / scale - 1e-3
        return -int(-exact // 1) + self._zero

    def reset(self):
        """Forgets all windows and detections."""
        for i in range(len(self._history)):
            self._history[i] = self._blank
        for i in range(len(self._armed)):
            self._armed[i] = 1
        self._next = 0
        self._last = None  # time of the last detection
        self.best = 0  # number of the class whose mean is highest

    def update(self, values, time=0):
        """The label that is detected with this window, or None. time: of its end, in ms."""
        n = len(self.labels)
        history = self._history
        start = self._next
        for i in range(n):
            history[start + i] = values[i]
        self._next = (start + n) % len(history)
        best = 0
        highest = self._sum(0)
        for i in range(n):
            total = self._sum(i)
            if total > highest:
                best = i
                highest = total
            if total < self._release:
                self._armed[i] = 1
        self.best = best
        if highest < self._threshold or self._ignored[best] or not self._armed[best]:
            return None
        if self._last is not None and time - self._last < self._refractory:
            return None
        self._armed[best] = 0
        self._last = time
        return self.labels[best]

    @property
    def probability(self):
        """The mean of the class `best`."""
        return self.mean(self.best)

    def mean(self, i):
        """The mean of class number i over the windows that count."""
        return (self.scale or 1) * (self._sum(i) - self._zero) / self._average

    def _sum(self, i):
        total = 0
        while i < len(self._history):  # a range() with a step would allocate
            total += self._history[i]
            i += len(self.labels)
        return total
