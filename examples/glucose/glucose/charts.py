"""The report's charts, as SVG images; the same tables give the same bytes.

Owns how things are drawn. What is drawn was computed in `glucose.transforms`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from glucose.table import Table

TARGET = (70, 180)
RANGES = (
    ("very_low_pct", "below 54", "#8c1c2f"),
    ("low_pct", "54-69", "#d9534f"),
    ("target_pct", "70-180 (target)", "#3a9d6e"),
    ("high_pct", "181-250", "#f2b134"),
    ("very_high_pct", "above 250", "#d97218"),
)
_LINE = "#1f4e79"
_STYLE = {
    "svg.hashsalt": "glucose",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#9aa5b1",
    "axes.labelcolor": "#3e4c59",
    "xtick.color": "#3e4c59",
    "ytick.color": "#3e4c59",
}


def draw_days(days: Sequence[Table]) -> str:
    """Draw one panel per day: the readings over the local hours, target range shaded.

    Args:
        days: Silver readings of one person and one day each.
    """
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(9, 1.9 * len(days)), layout="constrained")
        panels = figure.subplots(len(days), 1, sharex=True, sharey=True, squeeze=False)
        for axes, day in zip(panels[:, 0], days, strict=True):
            times = [_moment(value) for value in day.column("read_local")]
            hours = [t.hour + t.minute / 60 + t.second / 3600 for t in times]
            _shade_target(axes)
            axes.plot(hours, day.column("glucose_mg_dl"), color=_LINE, linewidth=1.4)
            axes.set_title(f"{times[0]:%Y-%m-%d}", loc="left", fontsize=9, fontweight="bold")
            axes.set_ylabel("mg/dL")
        panels[-1, 0].set_ylim(40, None)
        _hours(panels[-1, 0])
        return _svg(figure)


def draw_profile(profile: Table) -> str:
    """Draw the ambulatory glucose profile: median and percentile bands by time of day."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(9, 4), layout="constrained")
        axes = figure.subplots()
        rows = profile.records()
        hours = [_float(row["minute_of_day"]) / 60 + 0.25 for row in rows]
        p05, p25, p50, p75, p95 = (
            [_float(row[name]) for row in rows] for name in ("p05", "p25", "p50", "p75", "p95")
        )
        _shade_target(axes)
        axes.fill_between(hours, p05, p95, color="#b7d0e8", label="5th to 95th percentile", lw=0)
        axes.fill_between(hours, p25, p75, color="#6c9fce", label="25th to 75th percentile", lw=0)
        axes.plot(hours, p50, color=_LINE, linewidth=2, label="median")
        axes.set_ylabel("mg/dL")
        axes.set_ylim(40, max(220.0, *p95) + 10)
        _hours(axes)
        figure.legend(loc="outside upper center", frameon=False, ncols=4)
        return _svg(figure)


def draw_ranges(people: Table) -> str:
    """Draw one bar per person: the shares of the five ranges."""
    with mpl.rc_context(_STYLE):
        rows = people.records()
        figure = Figure(figsize=(9, 0.9 + 0.29 * len(rows)), layout="constrained")
        axes = figure.subplots()
        names = [f"{row['subject']} ({row['diagnosis']})" for row in rows]
        left = [0.0] * len(rows)
        for column, label, color in RANGES:
            widths = [_float(row[column]) for row in rows]
            axes.barh(names, widths, left=left, color=color, label=label, height=0.74)
            left = [start + width for start, width in zip(left, widths, strict=True)]
        for index, row in enumerate(rows):
            middle = _float(row["very_low_pct"]) + _float(row["low_pct"])
            middle += _float(row["target_pct"]) / 2
            text = f"{_float(row['target_pct']):.0f} %"
            axes.text(middle, index, text, color="white", ha="center", va="center", fontsize=8)
        axes.set_xlim(0, 100)
        axes.set_xlabel("percent of readings")
        axes.invert_yaxis()
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside upper center", ncols=5, frameon=False, title="mg/dL")
        return _svg(figure)


def _shade_target(axes: Axes) -> None:
    axes.axhspan(*TARGET, color="#e3f3ea", zorder=0, label="target range 70-180")
    for value in TARGET:
        axes.axhline(value, color="#3a9d6e", linewidth=0.8, linestyle="--", zorder=1)


def _hours(axes: Axes) -> None:
    axes.set_xlim(0, 24)
    axes.set_xticks(range(0, 25, 3), [f"{hour:02d}:00" for hour in range(0, 25, 3)])
    axes.set_xlabel("local time of day")


def _svg(figure: Figure) -> str:
    target = io.StringIO()
    figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    return target.getvalue()


def _moment(value: object) -> datetime:
    assert isinstance(value, datetime)
    return value


def _float(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)
