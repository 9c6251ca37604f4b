# SPDX-License-Identifier: MIT
"""What the run has measured, for the summary at its end."""

figures = {}


def count(name, by=1):
    figures[name] = figures.get(name, 0) + by


def slowest(name, seconds):
    figures[name] = max(figures.get(name, 0.0), seconds)


def lines():
    for name, value in figures.items():
        yield f"{name}: {value:.3f} s" if isinstance(value, float) else f"{name}: {value}"
