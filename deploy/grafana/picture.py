# SPDX-License-Identifier: MIT
"""Draws a dashboard's panels from their values: the grid, titles, units and legends as dashboard.json has them, plain lines."""

import html
import subprocess
from pathlib import Path

COLUMN, ROW, WIDTH = 66, 32, 24 * 66
COLOURS = ["#73bf69", "#f2cc0c", "#5794f2", "#ff9830", "#f2495c", "#b877d9", "#8ab8ff", "#96d98d", "#ffb357", "#ca95e5"]
STYLE = """body{margin:0;background:#111217;color:#d8d9da;font:12px sans-serif}
div{position:absolute;box-sizing:border-box;overflow:hidden}.panel{background:#181b1f;border:1px solid #2c3235;padding:6px}
.row{font-size:15px;font-weight:bold;padding:6px}.stat{font-size:30px;text-align:center;padding-top:14px;position:static}
b{font-weight:500}span{margin-right:10px;white-space:nowrap}"""


def shown(value: float, unit: str) -> str:
    """A value with its unit, short."""
    if value != value:
        return "–"
    if unit == "percentunit":
        return f"{value * 100:.3g} %"
    if unit == "bytes":
        return f"{value / 2**20:.4g} MiB"
    if unit == "s":
        return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"
    return f"{value:.4g}" + (" req/s" if unit == "reqps" else "")


def newest(points) -> float:
    return points[-1][1] if points else float("nan")


def stat(panel, unit) -> str:
    texts = [shown(newest(points), unit) if unit != "none" or not name or name[0] not in "0123456789" or ":" in name else name
             for name, points in panel["series"]]
    return f'<div class="stat">{html.escape(" of ".join(texts))}</div>'


def lines(panel, unit, width, height) -> str:
    """A scale from 0 to the largest value, a line and a legend for each series."""
    every = [point for _, points in panel["series"] for point in points if point[1] == point[1]]
    begin, end = min(at for at, _ in every), max(at for at, _ in every)
    top = max(value for _, value in every) * 1.1 or 1
    left, bottom = 62, height - 4

    def place(at, value):
        return f"{left + (at - begin) / max(end - begin, 1) * (width - left):.1f},{bottom - value / top * (bottom - 8):.1f}"

    drawn = [f'<line x1="{left}" x2="{width}" y1="{bottom - part * (bottom - 8):.0f}" y2="{bottom - part * (bottom - 8):.0f}" '
             f'stroke="#2c3235"/><text x="0" y="{bottom - part * (bottom - 8) + 4:.0f}" fill="#8e8e8e" font-size="11">'
             f"{shown(top * part, unit)}</text>" for part in (0, 0.5, 1)]
    legend = []
    for index, (name, points) in enumerate(panel["series"]):
        colour = COLOURS[index % len(COLOURS)]
        path = " ".join(place(at, value) for at, value in points if value == value)
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        legend.append(f'<span style="color:{colour}">{html.escape(name)}</span>')
    return f'<svg width="{width}" height="{height}">{"".join(drawn)}</svg><br>{"".join(legend)}'


def box(panel) -> str:
    grid = panel["gridPos"]
    width, height = grid["w"] * COLUMN - 6, grid["h"] * ROW - 6
    place = f'left:{grid["x"] * COLUMN + 6}px;top:{grid["y"] * ROW + 6}px;width:{width}px;height:{height}px'
    title = html.escape(panel["title"])
    if panel["type"] == "row":
        return f'<div class="row" style="{place}">{title}</div>'
    unit = panel["fieldConfig"]["defaults"].get("unit", "short")
    content = stat(panel, unit) if panel["type"] == "stat" else lines(panel, unit, width - 14, height - 62)
    return f'<div class="panel" style="{place}"><b>{title}</b><br>{content}</div>'


def draw(panels, page: Path, picture: Path):
    """Writes the page, and the PNG that Chromium makes of it."""
    height = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels) * ROW + 12
    page.write_text(f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>" + "".join(map(box, panels)))
    subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={page.parent}/chromium",
                    f"--window-size={WIDTH + 12},{height}", f"--screenshot={picture}", page.as_uri()],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
