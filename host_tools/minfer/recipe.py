"""The recipe of a model: what turns a sensor's samples into its input, and its output into an answer.

A person writes it as TOML (docs/PIPELINES.md), or as a dictionary with the same tables; the model file carries it as JSON.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Mapping
from importlib import import_module
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Optional, Union

import numpy as np

from minfer import _pipeline
from minfer.decision import Decision
from minfer.engine import Model
from minfer.errors import ConvertError
from minfer.pipelines import DeviceModel, DeviceTensor

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Recipe = dict[str, Any]

TABLES = {"front_end": None, "decision": None, "statistics": ("mean", "std")}  # and their keys
OF_THE_MODEL = ("labels", "scale", "zero_point")  # arguments of Decision that no recipe gives
DIGITS, DECIMALS = 6, 9  # that MicroPython reads as the float32 next to them: one exact division


def load_recipe(source: Union[str, Path, Mapping[str, Any]]) -> Recipe:
    """The recipe in a TOML file, or in a dictionary; its real numbers are rounded to what every chip reads alike.

    Raises ConvertError for what is no recipe, OSError for a file that cannot be read.
    """
    if isinstance(source, Mapping):
        return _checked(source, "recipe")
    content = Path(source).read_bytes()
    try:
        tables = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConvertError(f"{source}: expected TOML, found something else: {error}") from error
    return _checked(tables, str(source))


def front_end(source: Union[str, Path, Mapping[str, Any]], model: Optional[Model] = None) -> Any:
    """The front end of a recipe, to compute features for training.

    With a model its features are integers as that takes them, without real numbers, where they are not integers anyway.
    Raises as load_recipe(), and ConvertError for arguments that the front end refuses.
    """
    return _made(load_recipe(source)["front_end"], None if model is None else DeviceModel(model))


def recipe_text(recipe: Recipe, model: Model, samples: Optional[np.ndarray] = None) -> str:
    """The JSON that goes into the file of a model.

    samples: windows of features, as the front end gives them for this model or as real numbers, to take statistics of.
    Raises ConvertError where recipe, samples and model do not fit together.
    """
    recipe = {name: dict(table) for name, table in recipe.items()}
    settings = recipe["front_end"]
    device = DeviceModel(model)
    made = _made(settings, device)
    if samples is not None:
        if "statistics" in recipe:
            raise ConvertError(
                "recipe: statistics: expected them from here or from samples, found both"
            )
        recipe["statistics"] = _statistics(samples, made, device)
    if "statistics" in recipe:
        _check_statistics(recipe["statistics"], _channels(made))
    text = json.dumps(_rounded(recipe), separators=(",", ":"), ensure_ascii=False)
    try:
        _pipeline.build(DeviceModel(model, text))
    except (TypeError, ValueError) as error:
        raise ConvertError(f"recipe: {error}") from error
    return text


def _checked(source: Mapping[str, Any], where: str) -> Recipe:
    """The tables, each with keys that are known there."""
    if "front_end" not in source:
        raise ConvertError(f"{where}: expected a table front_end, found none")
    for name, table in source.items():
        if name not in TABLES or not isinstance(table, Mapping):
            raise ConvertError(f"{where}: expected tables {', '.join(TABLES)}, found {name}")
    kinds = sorted(_pipeline.MODULES)
    kind = source["front_end"].get("kind")
    if kind not in kinds:
        raise ConvertError(
            f"{where}: front_end: expected a kind of {', '.join(kinds)}, found {kind or 'none'}"
        )
    for name in ("decision", "statistics"):
        known = TABLES[name] or [
            key for key in inspect.signature(Decision).parameters if key not in OF_THE_MODEL
        ]
        for key in source.get(name, ()):
            if key not in known:
                raise ConvertError(f"{where}: {name}: expected {', '.join(known)}, found {key}")
    recipe = _rounded({**source, "front_end": _with_sections(where, source["front_end"])})
    if "statistics" in recipe:
        recipe["statistics"] = {
            key: value if isinstance(value, list) else [value]
            for key, value in recipe["statistics"].items()
        }
    return recipe


def _with_sections(where: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """A filter of real numbers, which must not be rounded, as the integers that a chip filters with."""
    rows = settings.get("filter")
    if not rows or all(isinstance(value, Integral) for row in rows for value in row):
        return settings
    from minfer.motion import sections

    try:
        return {**settings, "filter": sections(rows)}
    except ValueError as error:
        raise ConvertError(f"{where}: front_end: {error}") from error


def _rounded(value: Any) -> Any:
    """Plain data, its real numbers rounded."""
    if isinstance(value, Mapping):
        return {str(key): _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_rounded(item) for item in value]
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        short = float(f"{value:.{DIGITS}g}")
        return round(short, DECIMALS) or short
    raise ConvertError(f"recipe: expected numbers, texts and lists of them, found {value!r}")


def _made(settings: dict[str, Any], device: Optional[DeviceModel]) -> Any:
    """The front end, after a look at the names of its arguments. What the model says is taken out of `settings`."""
    kind = settings["kind"]
    module = import_module(f"minfer.{_pipeline.MODULES[kind]}")
    parameters = inspect.signature(getattr(module, kind)).parameters.values()
    if not any(parameter.kind == parameter.VAR_KEYWORD for parameter in parameters):
        names = [parameter.name for parameter in parameters]
        for name in settings:
            if name not in ("kind", *names):
                raise ConvertError(
                    f"recipe: front_end: {kind}: expected arguments of {', '.join(names)}, found {name}"
                )
    if device is not None:
        _take_out(settings, device.input)
    try:
        return _pipeline.build_front_end(settings, device and device.input)
    except (TypeError, ValueError) as error:
        raise ConvertError(f"recipe: front_end: {error}") from error


def _take_out(settings: dict[str, Any], tensor: DeviceTensor) -> None:
    """Scale and zero point are the model's: a recipe may leave them out, but say no other."""
    for name, value in (("scale", tensor.scale), ("zero_point", tensor.zero_point)):
        if name in settings:
            if np.float32(settings.pop(name)) != np.float32(_rounded(float(value))):
                raise ConvertError(
                    f"recipe: front_end: {name}: expected {value:.9g}, as the model's input has it:"
                    " leave it out of the recipe"
                )


def _channels(made: Any) -> int:
    """Of how many numbers in a window statistics are kept apart."""
    return int(np.prod(made.shape)) if type(made).__name__ == "Motion" else made.shape[-1]


def _statistics(samples: np.ndarray, made: Any, device: DeviceModel) -> dict[str, list[float]]:
    samples = np.asarray(samples)
    wanted = [n for n in made.shape if n > 1]
    integers = samples.dtype == np.int8
    if [n for n in samples.shape[1:] if n > 1] != wanted or not len(samples):
        raise ConvertError(
            f"samples: expected windows of shape {made.shape} stacked, found shape {samples.shape}"
        )
    if not integers and samples.dtype.kind != "f":
        raise ConvertError(f"samples: expected int8 or real numbers, found {samples.dtype}")
    rows = samples.reshape(-1, _channels(made)).astype(np.float64)
    if integers:
        rows = device.input.scale * (rows - device.input.zero_point)
    return {"mean": rows.mean(0).tolist(), "std": rows.std(0).tolist()}


def _check_statistics(statistics: dict[str, Any], channels: int) -> None:
    for name in TABLES["statistics"]:
        values = statistics.get(name, [])
        numbers = all(isinstance(x, Real) and np.isfinite(x) for x in values)
        if len(values) not in (1, channels) or not numbers:
            raise ConvertError(
                f"recipe: statistics: {name}: expected 1 or {channels} numbers, found {len(values)}"
            )
    if len(statistics["mean"]) != len(statistics["std"]) or min(statistics["std"]) < 0:
        raise ConvertError(
            "recipe: statistics: expected as many std as mean, none below 0,"
            f" found {len(statistics['std'])} and {len(statistics['mean'])}, the least {min(statistics['std']):g}"
        )
