# SPDX-License-Identifier: MIT
"""Trains v2, the price of a house; README.md says what is inside."""

import functools
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import training  # before numpy
import numpy as np
from onnx import TensorProto

FOLDER = pathlib.Path(__file__).resolve().parent
INPUTS = {
    "age": TensorProto.INT64,
    "surface": TensorProto.DOUBLE,
    "has_attic": TensorProto.BOOL,
    "garden_surface": TensorProto.DOUBLE,
    "address": TensorProto.STRING,
}
NUMBERS = ("age", "surface", "has_attic", "garden_surface")
FOLDS, REPEATS, SEED = 10, 5, 11

# A word of an address. Everything else only separates words.
WORD = "[a-z0-9]+|&"

# The Gaussian process; chosen by its marginal likelihood on a part of the rows. Order of the length scales:
# log surface, log garden, log age, age, attic, the first four in standard deviations.
LINEAR_VARIANCE = 0.015
SHARED_VARIANCE, SHARED_LENGTHS = 0.018, np.array([23.5, 17.0, 3.3, 1.1, 1.6])
LEVEL_VARIANCE = 0.016  # of the price levels of the neighbourhoods
LOCAL_VARIANCE, LOCAL_LENGTHS = 0.02, np.array([1.1, 1.8, 2.6, 0.62, 5.1])
NOISE_VARIANCE = 0.02

# The ridge regression; chosen by cross-validation.
GAMMA, RIDGE = 0.15, 0.1
ATTIC_SCALE = 1.5  # an attic counts as 1.5 standard deviations of another number
LEVEL_SCALE = 1.5  # so does one standard deviation of the neighbourhoods' levels
PRIOR_SALES = 10  # a level is drawn to the mean as if by this many sales


def parse(row: training.Row) -> training.Row:
    return {
        "age": int(row["age"]),
        "surface": float(row["surface"]),
        "has_attic": row["has_attic"] == "True",
        "garden_surface": float(row["garden_surface"]),
        "address": row["address"],
        "price": float(row["price"]),
    }


def name_of(address: str) -> str:
    """The neighbourhood of an address as the data writes it: "Neighbourhood, Ames, Iowa"."""
    return address.split(",")[0]


class Gazetteer:
    """Finds the neighbourhood that a text names, as whole words, in any case. The longest name wins.

    A neighbourhood is an index of `names`, which are sorted by length; 0 is none."""

    def __init__(self, names: set[str]):
        self.names = ["", *sorted(names, key=lambda name: (len(name), name))]
        self.spellings = [  # (words, index)
            (spelling.split(), index)
            for index, name in enumerate(self.names)
            if name
            for spelling in dict.fromkeys([name.lower(), name.lower().replace(" and ", " & ")])
        ]
        self.spellings.sort(key=lambda spelling: len(spelling[0]))

    def find(self, text: str) -> int:
        words = re.findall(WORD, training.lower(text))
        found = [
            index
            for spelling, index in self.spellings
            if any(words[i : i + len(spelling)] == spelling for i in range(len(words)))
        ]
        return max(found, default=0)

    def add_to(self, graph: training.Graph, address: str) -> str:
        """Adds the nodes that give the index for each row, int64 [N]."""
        counts = graph.add("TfIdfVectorizer", graph.words(address, WORD), mode="TF", **self._patterns())
        found = graph.add("Min", counts, graph.constant(np.float32(1)))
        indexes = graph.add("Mul", found, graph.constant(np.arange(len(self.names), dtype=np.float32)))
        longest = graph.add("ReduceMax", indexes, graph.constant(np.array([1])), keepdims=0)
        return graph.add("Cast", longest, to=TensorProto.INT64)

    def _patterns(self) -> training.Row:
        """The spellings as n-grams of words, the shorter ones first."""
        lengths = [len(words) for words, _ in self.spellings]
        sizes = range(1, max(lengths) + 1)
        return {
            "min_gram_length": 1,
            "max_gram_length": max(lengths),
            "max_skip_count": 0,
            "ngram_counts": [sum(n for n in lengths if n < size) for size in sizes],  # where each size begins
            "ngram_indexes": [index for _, index in self.spellings],
            "pool_strings": [word for words, _ in self.spellings for word in words],
        }


def squared_distances(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    products = left @ right.T
    return np.maximum((left**2).sum(1)[:, None] + (right**2).sum(1)[None] - 2 * products, 0)


def matern(squares: np.ndarray) -> np.ndarray:
    """The Matérn kernel of order 5/2, of 5 times the squared distance."""
    roots = np.sqrt(squares)
    return (1 + roots + squares / 3) * np.exp(-roots)


class HouseModel:
    """The mean, in the logarithm of the price, of a Gaussian process and a kernel ridge regression.

    Both are sums over the training houses. Their weights are kept per neighbourhood of the house that is asked for, so
    that a prediction is three kernels between numbers, times a row of weights, plus a linear part."""

    def __init__(self, rows: list[training.Row]):
        self.gazetteer = Gazetteer({name_of(row["address"]) for row in rows})
        numbers = np.array([[row[name] for name in NUMBERS] for row in rows], dtype=float)
        logs = np.log([row["price"] for row in rows])
        places = np.array([self.gazetteer.names.index(name_of(row["address"])) for row in rows])
        self.limits = numbers.min(0), numbers.max(0)
        features = self._features(numbers)
        self.mean, self.scale = features.mean(0), features.std(0)
        self.scale[4] = 1
        features = self._standardize(features)
        self.points, self.base = features, logs.mean()
        process = self._fit_process(features, logs - self.base, places)
        ridge = self._fit_ridge(features, logs - self.base, places)
        self._collect(process, ridge, places)

    @staticmethod
    def _features(numbers: np.ndarray) -> np.ndarray:
        age, surface, attic, garden = numbers.T
        return np.stack([np.log(surface), np.log(garden), np.log1p(age), age, attic], axis=1)

    def _standardize(self, features: np.ndarray) -> np.ndarray:
        return (features - self.mean) / self.scale

    @functools.cached_property
    def scales(self) -> np.ndarray:
        """What the features are multiplied by for each of the three kernels, shape [3, 5]."""
        ridge = np.array([1, 1, 1, 1, ATTIC_SCALE])
        return np.stack([5**0.5 / SHARED_LENGTHS, 5**0.5 / LOCAL_LENGTHS, GAMMA**0.5 * ridge])

    def _distances(self, features: np.ndarray) -> list[np.ndarray]:
        return [squared_distances(features * scale, self.points * scale) for scale in self.scales]

    def _fit_process(self, features: np.ndarray, targets: np.ndarray, places: np.ndarray) -> np.ndarray:
        shared, local, _ = self._distances(features)
        same = places[:, None] == places[None]
        kernel = LINEAR_VARIANCE * features[:, :3] @ features[:, :3].T + SHARED_VARIANCE * matern(shared)
        kernel += same * (LEVEL_VARIANCE + LOCAL_VARIANCE * matern(local))
        return np.linalg.solve(kernel + NOISE_VARIANCE * np.eye(len(targets)), targets)

    def _fit_ridge(self, features: np.ndarray, targets: np.ndarray, places: np.ndarray) -> np.ndarray:
        self.levels = self._levels(targets, places)
        kernel = np.exp(-self._distances(features)[2]) * self._closeness(places)[places]
        return np.linalg.solve(kernel + RIDGE * np.eye(len(targets)), targets)

    def _levels(self, targets: np.ndarray, places: np.ndarray) -> np.ndarray:
        """The price level of each neighbourhood, in standard deviations from the mean, which none has."""
        count = len(self.gazetteer.names)
        sums = np.bincount(places, targets, count)
        levels = sums / (np.bincount(places, minlength=count) + PRIOR_SALES)
        return levels / levels[places].std()

    def _closeness(self, places: np.ndarray) -> np.ndarray:
        """The ridge's kernel between each neighbourhood, or none, and those of the training houses."""
        indicator = np.eye(len(self.levels))
        indicator[0] = 0  # none is equally far from all
        position = np.column_stack([indicator, LEVEL_SCALE * self.levels])
        return np.exp(-GAMMA * squared_distances(position, position[places]))

    def _collect(self, process: np.ndarray, ridge: np.ndarray, places: np.ndarray) -> None:
        """Rounded: the last digits of a solution depend on the processor, and would change the file."""
        same = np.arange(len(self.levels))[:, None] == places[None]
        shared = np.tile(SHARED_VARIANCE * process, (len(self.levels), 1))
        weights = np.hstack([shared, LOCAL_VARIANCE * process * same, self._closeness(places) * ridge]) / 2
        self.weights = weights.round(7).astype(np.float32)
        self.slopes = (LINEAR_VARIANCE * self.points[:, :3].T @ process / 2).round(7)
        self.offsets = (self.base + LEVEL_VARIANCE * same @ process / 2).round(7)

    def predict(self, rows: list[training.Row]) -> np.ndarray:
        numbers = np.array([[row[name] for name in NUMBERS] for row in rows], dtype=float)
        places = np.array([self.gazetteer.find(row["address"]) for row in rows])
        features = self._standardize(self._features(np.clip(numbers, *self.limits)))
        shared, local, ridge = self._distances(features)
        kernels = np.hstack([matern(shared), matern(local), np.exp(-ridge)])
        logs = (kernels * self.weights[places]).sum(1) + features[:, :3] @ self.slopes + self.offsets[places]
        return np.round(np.exp(logs))

    def graph(self):
        graph = training.Graph(INPUTS)
        place = self.gazetteer.add_to(graph, "address")
        features = self._add_features(graph)
        kernels = self._add_kernels(graph, features)
        weights = graph.add("Gather", graph.constant(self.weights), place, axis=0)
        terms = graph.add("Cast", graph.add("Mul", kernels, weights), to=TensorProto.DOUBLE)
        curved = graph.add("ReduceSum", terms, graph.constant(np.array([1])), keepdims=1)
        straight = graph.add("MatMul", features, graph.constant(np.append(self.slopes, [0, 0])[:, None]))
        offset = graph.add("Gather", graph.constant(self.offsets[:, None]), place, axis=0)
        logs = graph.add("Add", graph.add("Add", curved, straight), offset)
        return graph.model(graph.add("Round", graph.add("Exp", logs)), ("price", TensorProto.DOUBLE))

    def _add_features(self, graph: training.Graph) -> str:
        def number(name: str) -> str:
            wide = name if INPUTS[name] == TensorProto.DOUBLE else graph.add("Cast", name, to=TensorProto.DOUBLE)
            low, high = (graph.constant(limit[NUMBERS.index(name)]) for limit in self.limits)
            return graph.add("Clip", wide, low, high)

        age, surface, attic, garden = map(number, NUMBERS)
        log_age = graph.add("Log", graph.add("Add", age, graph.constant(1.0)))
        raw = graph.add("Concat", graph.add("Log", surface), graph.add("Log", garden), log_age, age, attic, axis=1)
        centred = graph.add("Sub", raw, graph.constant(self.mean))
        return graph.add("Div", centred, graph.constant(self.scale))

    def _add_kernels(self, graph: training.Graph, features: str) -> str:
        """All squared distances are one product: |x - p|² is x² · 1 + x · (-2 p) + |p|².

        That is a difference of large numbers, so it needs double; what follows does not, and float is faster."""
        count = len(self.points)
        squares = [np.tile(scale[:, None] ** 2, count) for scale in self.scales]
        products = [-2 * (self.points * scale**2).T for scale in self.scales]
        constants = [((self.points * scale) ** 2).sum(1) for scale in self.scales]
        inputs = graph.add("Concat", graph.add("Mul", features, features), features, axis=1)
        matrix = graph.constant(np.vstack([np.hstack(squares), np.hstack(products)]))
        distances = graph.add("Gemm", inputs, matrix, graph.constant(np.hstack(constants)))
        distances = graph.add("Cast", distances, to=TensorProto.FLOAT)
        distances = graph.add("Max", distances, graph.constant(np.float32(0)))
        splits = graph.constant(np.array([2 * count, count]))
        local, ridge = graph.add("Split", distances, splits, outputs=2, axis=1)
        roots = graph.add("Sqrt", local)
        third = graph.add("Mul", local, graph.constant(np.float32(1 / 3)))
        polynomial = graph.add("Add", graph.add("Add", roots, third), graph.constant(np.float32(1)))
        matern_part = graph.add("Mul", polynomial, graph.add("Exp", graph.add("Neg", roots)))
        return graph.add("Concat", matern_part, graph.add("Exp", graph.add("Neg", ridge)), axis=1)


def errors(rows: list[training.Row], prices: np.ndarray) -> tuple[float, float]:
    """R² and the mean absolute error."""
    truth = np.array([row["price"] for row in rows])
    return 1 - ((truth - prices) ** 2).sum() / ((truth - truth.mean()) ** 2).sum(), np.abs(truth - prices).mean()


def cross_validate(rows: list[training.Row]) -> training.Row:
    known, unknown = [], []
    for repeat in range(REPEATS):
        fold_of = np.random.default_rng(SEED + repeat).permutation(len(rows)) % FOLDS
        for fold in range(FOLDS):
            model = HouseModel([row for row, number in zip(rows, fold_of, strict=True) if number != fold])
            held_out = [row for row, number in zip(rows, fold_of, strict=True) if number == fold]
            known.append(errors(held_out, model.predict(held_out)))
            unknown.append(errors(held_out, model.predict([{**row, "address": ""} for row in held_out])))

    def summary(measured: list[tuple[float, float]]) -> training.Row:
        return {
            "r2": training.mean_and_deviation([r2 for r2, _ in measured], 4),
            "mean_absolute_error": training.mean_and_deviation([error for _, error in measured], 0),
        }

    method = f"{FOLDS}-fold cross-validation, {REPEATS} times"
    return {"method": method, **summary(known), "without_address": summary(unknown)}


def examples() -> list[training.Row]:
    house = {"age": 20, "surface": 140.0, "has_attic": False, "garden_surface": 800.0}
    addresses = [
        "",
        "Cedar Rapids, Iowa",
        "12 Elm St, NORTHRIDGE heights, Ames",
        "12 Elm St, northridge, Ames",
        "12 Elm St, Northridgeheights, Ames",
        "Sawyer-West",
        "sawyer",
        "South & West of Iowa State University",
        "Kärntner Straße 🏡, old town",
    ]
    extremes = [
        {"age": 0, "surface": 5.0, "has_attic": True, "garden_surface": 0.0, "address": "Edwards"},
        {"age": 400, "surface": 2000.0, "has_attic": False, "garden_surface": 200000.0, "address": "Stone Brook"},
    ]
    return [{**house, "address": address} for address in addresses] + extremes


if __name__ == "__main__":
    training.run(
        training.Service(
            name="v2",
            folder=FOLDER,
            data=training.CsvFile("house_prices.csv", parse),
            inputs=INPUTS,
            output="price",
            train=HouseModel,
            cross_validate=cross_validate,
            agree=lambda expected, actual: np.abs(actual - expected) <= expected / 1000,
            examples=examples(),
        )
    )
