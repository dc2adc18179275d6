# From samples to answers: a front end, a model, a decision. The same file serves chip and laptop, where models and front ends
# are other classes with the same face.
import json
from array import array

from minfer.decision import Decision

MODULES = {
    "MicroSpeech": "audio",
    "LogMel": "audio",
    "MFCC": "audio",
    "Motion": "motion",
    "Picture": "image",
}
CODES = {"int8": "b", "uint8": "B", "int16": "h", "int32": "i", "int64": "q", "float32": "f"}
BLOCK = 1024  # bytes of a recording in RAM at once


class Probabilities:
    """A model's output as real numbers, read where it lies: valid until the model runs again."""

    def __init__(self, values, scale, zero_point):
        self.values = values
        self.scale = scale
        self.zero_point = zero_point

    def __len__(self):
        return len(self.values)

    def __getitem__(self, i):
        return self.real(self.values[i])

    def real(self, value):
        """What an integer of the output stands for."""
        return self.scale * (value - self.zero_point)

    def __repr__(self):
        return "[%s]" % ", ".join("%.3f" % value for value in self)


class Answer:
    """What a pipeline has to say.

    label, probability: of the class; time: in ms of signal, of the end of its last window;
    probabilities: of all classes in that window, valid until the next one.
    """

    def __init__(self, label, probability, time, probabilities):
        self.label = label
        self.probability = probability
        self.time = time
        self.probabilities = probabilities

    def __repr__(self):
        return "<Answer %s %.2f at %.2f s>" % (self.label, self.probability, self.time / 1000)


class Pipeline:
    """A front end, a model with one input and one output, and a decision.

    decision: a Decision, which says what windows have an Answer; each has one if None.
    statistics: of the features the model was trained with, as in a recipe, or None.
    watch: None, or a function that is given each window of features before the model runs, as the buffer that the front end
    filled; it may be set at any time.  time: ms of signal so far.  probabilities: of the last window.
    per_second: numbers that the front end takes in a second of signal; 0 for pictures, whose answers have no time.
    Raises ValueError where the front end does not fit the model.
    """

    def __init__(self, model, front_end, decision=None, statistics=None):
        x, y = _only("input", model.inputs), _only("output", model.outputs)
        _check(front_end, x)
        self.model = model
        self.front_end = front_end
        self.decision = decision
        # As an integer, where it is one: sums of integers allocate nothing.
        n = getattr(front_end, "rate", 0) * getattr(front_end, "axes", 1)
        self.per_second = int(n) if n == int(n) else n
        self.statistics = statistics
        self.watch = None
        if front_end.typecode == "f" and x.dtype != "float32":
            # The model's face rounds them.
            self._features = self._x = array("f", [0] * len(x.data))
        else:
            self._features, self._x = x.data, None
        self._out = array(CODES[y.face], [0] * len(y.data))
        scale, zero_point = (y.scale, y.zero_point) if y.scale else (1, 0)
        self.probabilities = Probabilities(y.data, scale, zero_point)
        self.reset()

    def reset(self):
        """As if new: what was heard and decided is forgotten, time begins again."""
        self._part = 0  # of a ms, in 1 / per_second
        self.time = 0
        self.skip(0)

    def skip(self, n):
        """Tells that n numbers of signal are missing here: what was before them counts no more."""
        self.front_end.reset()
        self.model.reset()
        if self.decision is not None:
            self.decision.reset()
        self._advance(n)

    def write(self, samples, start=0):
        """Gives the front end samples from index start on, up to the end of a window; returns how many it took.

        Where `due` is true then, infer() comes next.
        """
        n = self.front_end.write(samples, start)
        self._advance(n)
        return n

    @property
    def due(self):
        """Whether a window waits for infer()."""
        return self.front_end.due

    def infer(self):
        """Runs the model on the window that waits; returns an Answer, or None where there is none to give."""
        self._take()
        self.model.run(self._x, self._out)
        return self.answer()

    def steps(self):
        """infer() in pieces: go through what this returns, an operator each time, then call answer()."""
        self._take()
        return self.model.steps(self._x)

    def answer(self):
        """The Answer that the last run leads to, or None."""
        decision = self.decision
        if decision is None:
            best = _greatest(self.probabilities.values)
            label, probability = self._label(best), self.probabilities[best]
        else:
            exact = decision.scale is not None
            row = self.probabilities.values if exact else self.probabilities
            label = decision.update(row, self.time)
            if label is None:
                return None
            probability = decision.probability
        return Answer(label, probability, self.time, self.probabilities)

    def feed(self, samples):
        """Takes a buffer of samples; yields an Answer wherever there is one. Go through all of them."""
        for _ in self._windows(samples):
            answer = self.infer()
            if answer is not None:
                yield answer

    def classify(self, source):
        """(label, probability) of a whole recording; begins and ends with a reset.

        source: the path of a .wav file (for a Picture, of a .bmp file), a buffer of samples, or an object with readinto().
        The detection with the highest probability; without any, the class with the highest mean over all windows.
        Raises ValueError for a recording shorter than a window, or of another rate than the front end's.
        """
        self.reset()
        totals = [0] * len(self.probabilities)
        n_windows = 0
        found = None
        try:
            for samples in self._blocks(source):
                for _ in self._windows(samples):
                    answer = self.infer()
                    n_windows += 1
                    for i, value in enumerate(self.probabilities.values):
                        totals[i] += value
                    if answer is not None and self.decision is not None:
                        if found is None or answer.probability > found.probability:
                            found = answer
            if n_windows == 0:
                raise ValueError("expected the signal of a window or more, found %d ms" % self.time)
        finally:
            self.reset()
        if found is not None:
            return found.label, found.probability
        best = _greatest(totals)
        return self._label(best), self.probabilities.real(totals[best] / n_windows)

    def _windows(self, samples):
        start = 0
        while True:
            start += self.write(samples, start)
            if not self.due:
                return
            yield

    def _blocks(self, source):
        opened = open_source(source, self)
        if not hasattr(opened, "readinto"):
            yield opened
            return
        block = bytearray(BLOCK)
        try:
            n = opened.readinto(block)
            while n:
                yield block if n == BLOCK else memoryview(block)[:n]
                n = opened.readinto(block)
        finally:
            if opened is not source:
                opened.close()

    def _take(self):
        self.front_end.take(self._features)
        if self.watch is not None:
            self.watch(self._features)

    def _label(self, i):
        labels = self.model.labels
        return labels[i] if i < len(labels) else i

    def _advance(self, n):
        # What stays small allocates nothing.
        if self.per_second:
            self._part += 1000 * n
            self.time += self._part // self.per_second
            self._part %= self.per_second


def build(model):
    """The Pipeline that the recipe in a model says. Raises ValueError where it has none, or one for a newer minfer."""
    if not model.recipe:
        raise ValueError(
            "%s: expected a model with a recipe, found none; minfer convert --frontend gives it one"
            % (model.name or "model")
        )
    recipe = json.loads(model.recipe)
    y = model.output
    settings = recipe.get("decision")
    decision = None
    if settings is not None:
        decision = Decision(
            model.labels or len(y.data), scale=y.scale or None, zero_point=y.zero_point, **settings
        )
    return Pipeline(
        model,
        build_front_end(recipe["front_end"], model.input),
        decision,
        recipe.get("statistics"),
    )


def build_front_end(settings, tensor=None):
    """The front end of a recipe. Its features are integers where `tensor`, the model's input, holds such."""
    arguments = dict(settings)
    kind = arguments.pop("kind")
    if kind not in MODULES:
        raise ValueError(
            "front_end: expected a kind of %s, found %s" % (", ".join(sorted(MODULES)), kind)
        )
    if tensor is not None:
        if kind != "MicroSpeech" and tensor.dtype == "int8" and tensor.scale:
            # Not from the recipe: in decimals not every chip reads the same number.
            arguments["scale"] = tensor.scale
            arguments["zero_point"] = tensor.zero_point
        if kind == "Picture":
            arguments["out"] = tensor.data
    module = __import__("minfer." + MODULES[kind], None, None, (kind,))
    return getattr(module, kind)(**arguments)


def open_source(source, pipeline):
    """What reads the recording at a path, which has to be one for the pipeline; `source` itself where it is no path."""
    if hasattr(source, "__fspath__"):
        source = str(source)
    if not isinstance(source, str):
        return source
    if pipeline.per_second:
        from minfer.wav import Wav as Recording

        expected = pipeline.per_second
    else:
        from minfer.image import Bmp as Recording

        expected = pipeline.front_end
    recording = Recording(source)
    try:
        recording.check(expected)
    except ValueError:
        recording.close()
        raise
    return recording


def _only(what, tensors):
    if len(tensors) != 1:
        raise ValueError("pipeline: expected a model with one %s, found %d" % (what, len(tensors)))
    return tensors[0]


def _check(front_end, x):
    # Dimensions of 1 do not count, nor how a model without others divides its input.
    shape = [n for n in front_end.shape if n > 1]
    wanted = [n for n in x.shape if n > 1]
    count = 1
    for n in shape:
        count *= n
    fits = shape == wanted or (len(wanted) <= 1 and count == len(x.data))
    dtype = "int8" if front_end.typecode == "b" else "float32"
    if not fits or dtype not in (x.dtype, x.face):
        raise ValueError(
            "front_end: expected the model's input, %s of shape %s, found %s of shape %s"
            % (
                x.dtype if x.dtype == x.face else "%s or %s" % (x.dtype, x.face),
                x.shape,
                dtype,
                front_end.shape,
            )
        )


def _greatest(values):
    best = 0
    for i in range(len(values)):
        if values[i] > values[best]:
            best = i
    return best
