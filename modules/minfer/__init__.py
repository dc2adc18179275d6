# minfer: int8 neural networks on the chip. C does the work (_minfer); here is what is easier
# said in Python.
import os
import time

import _minfer
from _minfer import ModelError, Tensor


class Profile(list):
    """Rows of (operator, microseconds, multiply-accumulates); printed, a table."""

    def __str__(self):
        total = sum(us for _, us, _ in self)
        lines = ["operator                      us      %       MACs"]
        for i, (name, us, macs) in enumerate(self):
            lines.append(self._line("{:2} {}".format(i, name), us, total, macs))
        lines.append(self._line("total", total, total, sum(macs for _, _, macs in self)))
        return "\n".join(lines)

    __repr__ = __str__  # at the prompt as well

    @staticmethod
    def _line(name, us, total, macs):
        share = 100 * us / total if total else 0
        return "{:<22}{:>10}{:>7.1f}{:>11}".format(name, us, share, macs)


class Model(_minfer.Model):
    """A network ready to run. run(), predict() and steps() are those of _minfer.Model."""

    def __init__(self, buffer, arena=None, cores=2):
        super().__init__(buffer, arena, cores)
        # Only a file in ROMFS is a buffer itself, and it lies in flash.
        self._place = "flash" if hasattr(buffer, "read") else "RAM"

    def tensor(self, name):
        """The input or output of that name."""
        for tensor in self.inputs + self.outputs:
            if tensor.name == name:
                return tensor
        names = ", ".join(tensor.name for tensor in self.inputs + self.outputs)
        raise ValueError("expected one of %s, found %s" % (names, name))

    def classify(self, x=None):
        """(label, probability) of the likeliest class. x: real numbers, or a buffer as for run()."""
        if len(self.outputs) != 1:
            raise ValueError(
                "classify: expected a model with one output, found %d" % len(self.outputs)
            )
        probabilities = self.predict(x)
        best = 0
        for i, probability in enumerate(probabilities):
            if probability > probabilities[best]:
                best = i
        labels = self.labels
        return (labels[best] if best < len(labels) else best), probabilities[best]

    def profile(self, x=None):
        """Runs once, operator by operator, and returns a Profile. x as for run()."""
        rows = Profile()
        steps = self.steps(x)
        for name, macs in self.ops:
            start = time.ticks_us()
            next(steps)
            rows.append((name, time.ticks_diff(time.ticks_us(), start), macs))
        return rows

    def __repr__(self):
        faces = {tensor.face for tensor in self.inputs + self.outputs}
        common = " " + faces.pop() if len(faces) == 1 else ""

        def describe(tensors):
            return ", ".join(
                str(t.shape) if common else "%s %s" % (t.shape, t.face) for t in tensors
            )

        n_ops = len(self.ops)
        return "<Model %s: %s -> %s%s, %d op%s, arena %s, %s%s in %s>" % (
            self.name or "without a name",
            describe(self.inputs),
            describe(self.outputs),
            common,
            n_ops,
            "" if n_ops == 1 else "s",
            _size(self.arena_size),
            "state %s, " % _size(self.state_size) if self.state_size else "",
            _size(self.size),
            self._place,
        )


def load(model, arena=None, cores=2):
    """The Model in a file or a buffer; in ROMFS it is used where it lies.

    arena: a writable buffer to compute in, which several models may share; allocated without one.
    cores: how many the model may compute on, where the chip has them and no thread is using them.
    Raises ModelError for what is not a model, OSError for a file that cannot be read.
    """
    if not isinstance(model, str):
        return Model(model, arena, cores)
    try:
        with open(model, "rb") as file:
            buffer = file if _is_buffer(file) else _read(file, os.stat(model)[6])
    except OSError as error:
        raise OSError(error.errno, model)  # a port's own error does not name the file
    return Model(buffer, arena, cores)


def pipeline(model, arena=None):
    """The Pipeline of a model file with a recipe: front end, model and decision as that says.

    model: as for load(), or a Model. Raises ValueError where it has no recipe, and what load() raises.
    """
    from minfer._pipeline import build  # costs RAM, which those without a recipe keep

    return build(model if isinstance(model, Model) else load(model, arena))


def _size(n):
    return "%d bytes" % n if n < 1024 else "%.1f KB" % (n / 1024)


def _is_buffer(file):
    try:
        memoryview(file)
    except TypeError:
        return False
    return True


def _read(file, size):
    buffer = bytearray(size)  # in one piece: read() would need room to grow
    file.readinto(buffer)
    return buffer
