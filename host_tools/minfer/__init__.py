"""minfer on the host: compile a quantised TensorFlow Lite model, look into it, run it, check it.

`compile_model` turns the bytes of a .tflite file into those of a .mnf file; `Model.load` takes
these, and `Model.run` runs them on numpy arrays with the engine of the chip.
"""

from minfer.compiler import compile_model
from minfer.engine import Model
from minfer.errors import ConvertError, MinferError, ModelError

__all__ = ["ConvertError", "MinferError", "Model", "ModelError", "compile_model"]
