"""minfer on the host: compile a quantised TensorFlow Lite model, look into it, run it, check it.

`convert` turns a .tflite file into a .mnf file, `compile_model` the bytes of one into those of the other; `Model.load` takes
these, and `Model.run` runs them on numpy arrays with the engine of the chip. `pipeline` puts front end and decision around it.
"""

from minfer.compiler import compile_model
from minfer.engine import Model
from minfer.errors import ConvertError, MinferError, ModelError
from minfer.files import convert
from minfer.pipelines import pipeline

__all__ = [
    "ConvertError",
    "MinferError",
    "Model",
    "ModelError",
    "compile_model",
    "convert",
    "pipeline",
]
