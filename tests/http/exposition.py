# SPDX-License-Identifier: MIT
"""A strict reader of Prometheus's text format 0.0.4, as https://prometheus.io/docs/instrumenting/exposition_formats has it."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\S+)")
ENDINGS = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


class Scrape:
    """The samples of one answer, by name and labels."""

    def __init__(self, text):
        self.text = text
        self.types = {}
        self.samples = {}
        assert text.endswith("\n")
        for line in text.splitlines():
            self._read(line)
        for name, kind in self.types.items():
            if kind == "histogram":
                self._check_histogram(name)

    def _read(self, line):
        if line.startswith("# HELP "):
            name, text = re.fullmatch(rf"# HELP ({NAME}) (.+)", line).groups()
            assert name not in self.types, f"{name} has two heads"
            self.current, self.types[name] = name, None
        elif line.startswith("# TYPE "):
            name, kind = re.fullmatch(rf"# TYPE ({NAME}) (counter|gauge|histogram)", line).groups()
            assert name == self.current and self.types[name] is None
            assert (kind == "counter") == name.endswith("_total"), name
            self.types[name] = kind
        else:
            self._read_sample(line)

    def _read_sample(self, line):
        match = SAMPLE.fullmatch(line)
        assert match, line
        name, labels, value = match.group(1), match.group(2) or "", float(match.group(match.lastindex))
        allowed = [self.current + ending for ending in ENDINGS[self.types[self.current]]]
        assert name in allowed, f"{name} stands under {self.current}"
        key = (name, frozenset(re.findall(LABEL, labels)))
        assert key not in self.samples, f"{line} is there twice"
        assert value == value, line
        self.samples[key] = value

    def _check_histogram(self, name):
        """Buckets grow, and the last one holds all."""
        for (sample, labels), count in self.samples.items():
            if sample != name + "_count":
                continue
            buckets = sorted(
                (float(dict(of)["le"]), value)
                for (other, of), value in self.samples.items()
                if other == name + "_bucket" and labels <= of
            )
            values = [value for _, value in buckets]
            assert values == sorted(values) and buckets[-1] == (float("inf"), count), name

    def value(self, name, **labels):
        """Of one series; 0 where it is not there yet."""
        return self.samples.get((name, frozenset(labels.items())), 0)

    def series(self, name):
        """The labels of all series of that name."""
        return {labels for sample, labels in self.samples if sample == name}


def scraped(server):
    """What its /metrics says at this moment."""
    return Scrape(server.session.get(server.base + "/metrics").text)
