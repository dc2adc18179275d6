# Pipeline: what a front end, a model and a decision say together.
from array import array

import minfer
from expect import raises
from minfer._pipeline import Pipeline
from minfer.decision import Decision


class Groups:
    """A front end of its own: a window is a group of samples, the first three its features."""

    rate = 100

    def __init__(self, hop=4, typecode="b", shape=(3,)):
        self.hop = hop
        self.typecode = typecode
        self.shape = shape
        self.reset()

    def reset(self):
        self.group = []

    @property
    def due(self):
        return len(self.group) == self.hop

    def write(self, samples, start=0):
        if not samples:
            return 0
        if not isinstance(samples, array):
            samples = array("h", bytes(samples))
        taken = samples[start : start + self.hop - len(self.group)]
        self.group.extend(taken)
        return len(taken)

    def take(self, out):
        assert self.due
        for i in range(3):
            out[i] = self.group[i]
        self.group = []
        return out


# Samples of five windows: (no, yes, noise) as the model's integers, and one sample that is not looked at.
ROWS = ((-128, 100, -100), (-128, 127, -128), (127, -128, -128), (-128, -128, 120), (-60, 50, -90))
SOUND = array("h", [value for row in ROWS for value in row + (0,)])
model = minfer.load("echo.mnf")
assert model.recipe == ""


def words(answers):
    return [(answer.label, answer.time) for answer in answers]


# Without a decision each window has an answer, however the samples are cut.
EACH = [("yes", 40), ("yes", 80), ("no", 120), ("noise", 160), ("yes", 200)]
for size in (1, 3, 4, 7, 20, 30):
    pipeline = Pipeline(model, Groups())
    found = []
    for start in range(0, len(SOUND), size):
        found += words(pipeline.feed(SOUND[start : start + size]))
    assert found == EACH, (size, found)
    assert pipeline.time == 200 and not pipeline.due

answer = next(pipeline.feed(SOUND[4:8]))
assert answer.probability == 255 / 256 and answer.time == 240
assert list(answer.probabilities) == [0, 255 / 256, 0] and len(answer.probabilities) == 3
assert repr(answer) == "<Answer yes 1.00 at 0.24 s>"
assert repr(answer.probabilities) == "[0.000, 0.996, 0.000]"

# With one, those have an answer that it detects.
decision = Decision(
    model.labels, average=2, threshold=0.75, ignore=["noise"], scale=1 / 256, zero_point=-128
)
pipeline = Pipeline(model, Groups(), decision)
assert words(pipeline.feed(SOUND)) == [("yes", 80)]
assert words(pipeline.feed(SOUND)) == [("yes", 240)]
pipeline.reset()
assert pipeline.time == 0
assert words(pipeline.feed(SOUND)) == [("yes", 80)]
# A decision on real numbers is given these.
by_hand = Pipeline(model, Groups(), Decision(model.labels, 2, 0.75, ignore=["noise"]))
assert words(by_hand.feed(SOUND)) == [("yes", 80)]

# A gap: what was before it counts no more, but its time does.
pipeline.reset()
assert words(pipeline.feed(SOUND[:6])) == []
pipeline.skip(100)
assert words(pipeline.feed(SOUND[4:8])) == [] and pipeline.time == 1100
assert words(pipeline.feed(SOUND[4:8])) == [("yes", 1140)]

# A recording: the detection, else the likeliest class of all windows, and nothing remembered.
assert pipeline.classify(SOUND) == ("yes", (228 + 255) / 512)
assert pipeline.time == 0
label, probability = pipeline.classify(SOUND[:4])
assert (label, probability) == ("yes", 228 / 256)
assert pipeline.classify(SOUND[12:16]) == ("noise", 248 / 256)
raises(
    ValueError,
    "expected the signal of a window or more, found 30 ms",
    pipeline.classify,
    SOUND[:3],
)
assert pipeline.classify(SOUND) == ("yes", (228 + 255) / 512)


class File:
    """A source of `size` bytes at once."""

    def __init__(self, data, size):
        self.data = bytes(data)
        self.size = size

    def readinto(self, buffer):
        n = min(self.size, len(buffer), len(self.data))
        buffer[:n] = self.data[:n]
        self.data = self.data[n:]
        return n


for size in (2, 6, 1000):
    assert pipeline.classify(File(SOUND, size)) == ("yes", (228 + 255) / 512)

# A callback sees the features.
seen = []
pipeline.watch = lambda features: seen.append(tuple(features))
pipeline.classify(SOUND)
assert seen == list(ROWS)

# Operator by operator.
pipeline.watch = None
pipeline.write(SOUND)
assert pipeline.due and len(list(pipeline.steps())) == 2
assert pipeline.answer() is None
pipeline.write(SOUND, 4)
for _ in pipeline.steps():
    pass
assert pipeline.answer().label == "yes"

# Real numbers from the front end, for a model whose face takes them.
face = Pipeline(minfer.load("wide_face.mnf"), Groups(5, "f", (5,)))
(answer,) = face.feed(array("h", (2, -3, 8, 0, 0)))
assert list(answer.probabilities) == [1, -1.5, 4, 0, 0] and answer.label == 2
raises(
    ValueError,
    "front_end: expected the model's input, int8 of shape (1, 3), found float32 of shape (3,)",
    Pipeline,
    model,
    Groups(typecode="f"),
)
raises(
    ValueError,
    "front_end: expected the model's input, int8 of shape (1, 3), found int8 of shape (4, 1)",
    Pipeline,
    model,
    Groups(shape=(4, 1)),
)
raises(
    ValueError,
    "front_end: expected the model's input, int16 or float32 of shape (1, 5), found int8 of shape (5,)",
    Pipeline,
    minfer.load("wide_face.mnf"),
    Groups(5, "b", (5,)),
)
raises(
    ValueError,
    "pipeline: expected a model with one input, found 2",
    Pipeline,
    minfer.load("pair.mnf"),
    Groups(),
)
raises(
    ValueError,
    "echo: expected a model with a recipe, found none; minfer convert --frontend gives it one",
    minfer.pipeline,
    "echo.mnf",
)
print("ok")
