"""How is it written down how often prediction sets hold the truth?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clnm_core.explain.conformal import LEVEL, LEVELS


def page(drawn: list[dict[str, Any]], models: list[dict[str, Any]]) -> str:
    """Both tables in words."""
    gaps = [row["coverage"] - row["level"] for row in drawn if row["level"] == LEVEL]
    over, under = max(0.0, *gaps), max(0.0, *(-gap for gap in gaps))
    lines = [
        "# How often prediction sets hold the truth",
        "",
        "Written by `python -m benchmarks.conformal`; every number is in `conformal.json`. Promised is",
        "the level, in cases with the outcome and in cases without it.",
        "",
        "## Drawn again and again",
        "",
        "The logistic baseline. Mean coverage in per cent ± its Monte-Carlo error over the repeats; in",
        "brackets the mean before empty sets are filled, and where 95 % of single repeats lie, each for",
        "one set of known and of new patients; then the share of single answers. At 90 % the mean is at",
        f"most {100 * over:.1f} points above the level and {100 * under:.1f} below it. Coverage lies above",
        "the level by up to one in (known cases + 1), by ties, and by filling: where a model separates",
        "well many sets at 80 % would be empty, and the likelier outcome that is put in is often right.",
        "",
        "| cohort | judged on | repeats | class | " + " | ".join(f"{100 * a:g} %" for a in LEVELS) + " |",
        "|---|---|---|---|" + "---|" * len(LEVELS),
    ]  # fmt: skip
    for group in _grouped(drawn, ("cohort", "judged_on", "class")):
        first = group[0]
        cells = [
            f"{100 * row['coverage']:.1f} ± {100 * row['error']:.1f} "
            f"({100 * row['before_filling']:.1f}; {100 * row['least']:.0f}-{100 * row['most']:.0f}); "
            f"{100 * row['single']:.0f}"
            for row in group
        ]
        lines.append(
            f"| {first['cohort']} | {first['judged_on']} | {first['repeats']} | {first['class']} | "
            + " | ".join(cells)
            + " |"
        )
    lines += [
        "",
        "## The models of the demo",
        "",
        "Each judged once: coverage in per cent with Wilson's 95 % interval, what chance alone allows",
        "if the new cases are like the known ones, and the share of single answers. **Bold**: below",
        "what chance allows, which the page says, with the number of points.",
        "",
        "| cohort | model | sets made from | class | new | " + " | ".join(f"{100 * a:g} %" for a in LEVELS) + " |",
        "|---|---|---|---|---|" + "---|" * len(LEVELS),
    ]  # fmt: skip
    for group in _grouped(models, ("cohort", "model", "class")):
        first = group[0]
        where = "the same, without the own patient" if first["is_own"] else f"{first['n']}"
        lines.append(
            f"| {first['cohort']} | {first['model']} | {first['known']} {first['made_from']} | "
            f"{first['class']} | {where} | " + " | ".join(map(_cell, group)) + " |"
        )
    return "\n".join([*lines, ""])


def _cell(row: dict[str, Any]) -> str:
    value = f"{100 * row['coverage']:.0f}"
    value = f"**{value}**" if row["coverage"] < row["chance_low"] else value
    return (
        f"{value} ({100 * row['low']:.0f}-{100 * row['high']:.0f}); chance "
        f"{100 * row['chance_low']:.0f}-{100 * row['chance_high']:.0f}; {100 * row['single']:.0f}"
    )


def _grouped(rows: list[dict[str, Any]], keys: tuple[str, ...]) -> Iterator[list[dict[str, Any]]]:
    """Rows that have the keys in common, in the order of their first."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    yield from groups.values()
