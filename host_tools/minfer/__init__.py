"""minfer on the host: compile a quantised TensorFlow Lite model, look into it, run it, check it.

    from minfer import Model, compile_model

    file = compile_model(Path("kws.tflite").read_bytes(), name="kws")
    model = Model.load(file)
    (probabilities,) = model.run([x])
"""

from minfer.compiler import compile_model
from minfer.engine import Model
from minfer.errors import ConvertError, MinferError, ModelError

__all__ = ["ConvertError", "MinferError", "Model", "ModelError", "compile_model"]
