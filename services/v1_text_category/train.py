# SPDX-License-Identifier: MIT
"""Trains v1, the category of a review; README.md says what is inside."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import training  # before numpy
import numpy as np
from onnx import TensorProto
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import RepeatedStratifiedKFold

FOLDER = pathlib.Path(__file__).resolve().parent
INPUTS = {"text": TensorProto.STRING}
CATEGORIES = np.array(["other", "great"], dtype=object)
FOLDS, REPEATS, SEED = 10, 5, 11

WORD = "[a-z0-9']+|[!?]"
LEAST_REVIEWS = 3  # that a word or a pair of words must be in
RIDGE = 1.5
INVERSE_PENALTY = 6.0  # of the logistic regression
SMOOTHING = 0.3  # of the naive Bayes counts
LEAST_LENGTH = 1e-6  # of a review without any known word, to divide by
# The usual size of each classifier's scores on reviews that it has not seen, so that the three count alike.
SIZES = {"ridge": 0.45, "logistic": 1.4, "bayes": 1.17}


def parse(row: training.Row) -> training.Row:
    return {"text": row["text"], "category": row["category"]}


def truth(rows: list[training.Row]) -> np.ndarray:
    return np.array([row["category"] for row in rows], dtype=object)


def without_repeats(rows: list[training.Row]) -> list[training.Row]:
    return list({row["text"]: row for row in rows}.values())


def log_ratio(features: sparse.csr_matrix, great: np.ndarray) -> np.ndarray:
    """Naive Bayes: by how much more a word is part of the great reviews than of the others."""
    sums = [SMOOTHING + np.asarray(features[part].sum(0)).ravel() for part in (great, ~great)]
    return np.log(sums[0] / sums[0].sum()) - np.log(sums[1] / sums[1].sum())


def unit(rows: sparse.csr_matrix) -> sparse.csr_matrix:
    """Each row divided by its length. A row of zeros stays."""
    lengths = np.sqrt(rows.power(2).sum(axis=1))
    return (sparse.diags_array(1 / np.maximum(np.ravel(lengths), LEAST_LENGTH)) @ rows).tocsr()


class ReviewModel:
    """The sum of three linear classifiers of which words and pairs of words a review has.

    With b, 1 for each word or pair that the review has and 0 for all others, the score is
        b · weighted / √(b · rarity²) + b · plain / √(b · 1) + bias,
    one product of b with four columns, however many classifiers there are."""

    def __init__(self, rows: list[training.Row]):
        rows = without_repeats(rows)
        great = truth(rows) == "great"
        self.counter = CountVectorizer(
            preprocessor=training.lower,
            token_pattern=WORD,
            ngram_range=(1, 2),
            min_df=LEAST_REVIEWS,
            binary=True,
            dtype=float,
        )
        present = self.counter.fit_transform([row["text"] for row in rows]).tocsr()
        rarity = np.log((1 + len(rows)) / (1 + np.ravel(present.sum(axis=0)))) + 1
        rare = unit((present @ sparse.diags_array(rarity)).tocsr())
        ridge, ridge_bias = self._fit_ridge(rare, great)
        logistic, logistic_bias = self._fit_logistic(rare, great)
        plain, plain_bias = self._fit_bayes(unit(present), great)
        columns = [rarity * (ridge + logistic), rarity**2, plain, np.ones(len(rarity))]
        # Rounded: the last digits of a fit depend on the processor, and would change the file.
        self.columns = np.stack(columns, axis=1).round(5).astype(np.float32)
        self.bias = np.float32(round(ridge_bias + logistic_bias + plain_bias, 5))

    @staticmethod
    def _fit_ridge(rare: sparse.csr_matrix, great: np.ndarray) -> tuple[np.ndarray, float]:
        ridge = RidgeClassifier(alpha=RIDGE, solver="sparse_cg", tol=1e-6).fit(rare, great)
        return np.ravel(ridge.coef_) / SIZES["ridge"], ridge.intercept_.item() / SIZES["ridge"]

    @staticmethod
    def _fit_logistic(rare: sparse.csr_matrix, great: np.ndarray) -> tuple[np.ndarray, float]:
        """On words that are scaled by their naive Bayes ratio (Wang and Manning, 2012)."""
        ratio = log_ratio(rare, great)
        scaled = (rare @ sparse.diags_array(ratio)).tocsr()
        logistic = LogisticRegression(C=INVERSE_PENALTY, tol=1e-6, max_iter=2000).fit(scaled, great)
        return ratio * np.ravel(logistic.coef_) / SIZES["logistic"], logistic.intercept_.item() / SIZES["logistic"]

    @staticmethod
    def _fit_bayes(even: sparse.csr_matrix, great: np.ndarray) -> tuple[np.ndarray, float]:
        """Naive Bayes, with the bias that finds as many great reviews as there are."""
        ratio = log_ratio(even, great) / SIZES["bayes"]
        return ratio, -np.quantile(even @ ratio, (~great).mean())

    def scores(self, rows: list[training.Row]) -> np.ndarray:
        sums = self.counter.transform([row["text"] for row in rows]) @ self.columns.astype(float)
        lengths = np.maximum(np.sqrt(sums[:, 1::2]), LEAST_LENGTH)
        return (sums[:, ::2] / lengths).sum(axis=1) + self.bias

    def predict(self, rows: list[training.Row]) -> np.ndarray:
        return CATEGORIES[(self.scores(rows) > 0).astype(int)]

    def graph(self):
        graph = training.Graph(INPUTS)
        words = graph.words("text", WORD)
        present = graph.add("TfIdfVectorizer", words, mode="IDF", **self._patterns())  # with no weights: 0 or 1
        sums = graph.add("MatMul", present, graph.constant(self.columns))
        rare, rare_square, plain, plain_square = graph.add("Split", sums, outputs=4, axis=1, num_outputs=4)
        score = graph.constant(np.float32([[self.bias]]))
        for part, square in ((rare, rare_square), (plain, plain_square)):
            length = graph.add("Max", graph.add("Sqrt", square), graph.constant(np.float32(LEAST_LENGTH)))
            score = graph.add("Add", score, graph.add("Div", part, length))
        great = graph.add("Cast", graph.add("Greater", score, graph.constant(np.float32(0))), to=TensorProto.INT64)
        names = {"keys_int64s": [0, 1], "values_strings": CATEGORIES.tolist()}
        category = graph.add("LabelEncoder", great, domain="ai.onnx.ml", **names)
        return graph.model(category, ("category", TensorProto.STRING))

    def _patterns(self) -> training.Row:
        """The words and the pairs as n-grams, the words first, as the operator wants them."""
        patterns = sorted(
            ((name.split(" "), index) for name, index in self.counter.vocabulary_.items()),
            key=lambda pattern: (len(pattern[0]), pattern[1]),
        )
        return {
            "min_gram_length": 1,
            "max_gram_length": 2,
            "max_skip_count": 0,
            "ngram_counts": [0, sum(len(words) == 1 for words, _ in patterns)],  # where each length begins
            "ngram_indexes": [index for _, index in patterns],
            "pool_strings": [word for words, _ in patterns for word in words],
        }


def cross_validate(rows: list[training.Row]) -> training.Row:
    rows = without_repeats(rows)  # the same text on both sides would flatter
    categories = truth(rows)
    splits = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=SEED)
    accuracies, of_great, of_other = [], [], []
    for learnt, held_out in splits.split(categories, categories):
        right = ReviewModel([rows[i] for i in learnt]).predict([rows[i] for i in held_out]) == categories[held_out]
        accuracies.append(right.mean())
        of_great.append(right[categories[held_out] == "great"].mean())
        of_other.append(right[categories[held_out] == "other"].mean())
    return {
        "method": f"{FOLDS}-fold cross-validation, {REPEATS} times",
        "accuracy": training.mean_and_deviation(accuracies, 4),
        "recall_great": training.mean_and_deviation(of_great, 4),
        "recall_other": training.mean_and_deviation(of_other, 4),
    }


EXAMPLES = [
    "",
    "   \t\n ",
    "😀🍫",
    "Ünglaublich süß, пирог отличный, 美味しい",
    "I LOVE this tea. Best I ever had!!!",
    "i love this tea. best i ever had!!!",
    "Not good. It was stale, and I want my money back.",
    "It is okay, but the price is too high...",
    "Great flavor<br /><br />Great price 😀",
    "great " * 2000,
    "x" * 5000,
    "The worst \u007f\u200b I ever had",
]

if __name__ == "__main__":
    training.run(
        training.Service(
            name="v1",
            folder=FOLDER,
            data=training.CsvFile("food_reviews.csv", parse),
            inputs=INPUTS,
            output="category",
            train=ReviewModel,
            cross_validate=cross_validate,
            agree=lambda expected, actual: expected == actual,
            examples=[{"text": text} for text in EXAMPLES],
        )
    )
