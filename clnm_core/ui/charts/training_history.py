"""How did the networks learn, epoch by epoch, and which epoch was kept?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.ui.charts import theme
from clnm_core.ui.charts.paired_roc import line_of, shortened

_LOSS, _AREA = (0.58, 1.0), (0.0, 0.46)
"""Where the two panels lie, as shares of the height."""


def chosen_epochs(history: pd.DataFrame) -> pd.DataFrame:
    """The epoch of each network that was kept: the first of the largest validation AUC.

    Parameters
    ----------
    history : pandas.DataFrame
        ``network``, ``number`` (from 1), ``loss``, ``validation_auc`` (NaN where it cannot be
        estimated).

    Returns
    -------
    pandas.DataFrame
        ``network``, ``number``, ``epochs``, ``loss``, ``validation_auc``, in the order of the
        networks; a network whose validation AUC was never known is left out.

    """
    rows = []
    for network, epochs in history.groupby("network", sort=False):
        known = epochs.dropna(subset="validation_auc")
        if len(known):
            best = known.iloc[int(known["validation_auc"].argmax())]
            rows.append(
                {
                    "network": network,
                    "number": int(best["number"]),
                    "epochs": int(epochs["number"].max()),
                    "loss": float(best["loss"]),
                    "validation_auc": float(best["validation_auc"]),
                }
            )
    return pd.DataFrame(rows, columns=["network", "number", "epochs", "loss", "validation_auc"])


def training_history_figure(history: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """Draw the loss above and the validation AUC below, a dot at the epoch that was kept.

    Parameters
    ----------
    history : pandas.DataFrame
        As in :func:`chosen_epochs`.
    dark : bool
        Whether the page is dark.

    """
    kept = chosen_epochs(history).set_index("network")
    traces: list[theme.Trace] = []
    labels: list[dict[str, object]] = []
    networks = list(dict.fromkeys(history["network"]))
    last = max(int(history["number"].max()), 2)
    for place, network in enumerate(networks):
        epochs = history[history["network"] == network]
        for axis, column, words in (("y2", "loss", "loss"), ("y", "validation_auc", "AUC")):
            traces.append(_line(epochs, column, words, line_of(place, dark), network, axis))
            if network in kept.index:
                traces.append(_dot(kept.loc[network], column, line_of(place, dark), network, axis))
    labels += _names(networks, kept, dark)
    epoch: dict[str, object] = {
        "title": {"text": "Epoch"},
        "range": [0.5, last + 0.5],
        "anchor": "y",
    }
    if last <= 12:
        epoch["dtick"] = 1
    return theme.figure(
        traces,
        dict(
            xaxis=epoch,
            yaxis={
                "title": {"text": "Validation AUC"},
                "domain": list(_AREA),
                "range": _range(history["validation_auc"]),
            },
            yaxis2={
                "title": {"text": "Training loss"},
                "domain": list(_LOSS),
                "rangemode": "tozero",
                "anchor": "x",
            },
            annotations=labels,
        ),
        dark=dark,
        height=460,
    )


def _line(
    epochs: pd.DataFrame, column: str, words: str, line: dict[str, str], network: str, axis: str
) -> theme.Trace:
    return dict(
        type="scatter",
        x=epochs["number"],
        y=epochs[column],
        yaxis=axis,
        mode="lines+markers" if len(epochs) == 1 else "lines",
        line={**line, "width": 2},
        name=f"{network}, {words}",
        hovertemplate=f"{shortened(network)}, epoch %{{x}}: {words} %{{y:.3f}}<extra></extra>",
    )


def _dot(
    kept: pd.Series, column: str, line: dict[str, str], network: str, axis: str
) -> theme.Trace:
    return dict(
        type="scatter",
        x=[kept["number"]],
        y=[kept[column]],
        yaxis=axis,
        mode="markers",
        marker={"color": line["color"], "size": 11, "symbol": "circle"},
        name=f"{network}, kept",
        hovertemplate=(f"{shortened(network)}: epoch %{{x}} was kept, %{{y:.3f}}<extra></extra>"),
    )


def _names(networks: list[str], kept: pd.DataFrame, dark: bool) -> list[dict[str, object]]:
    """Under the two panels' gap: each network's name behind a stroke of its colour, in columns."""
    labels = []
    for place, network in enumerate(networks):
        line = line_of(place, dark)
        stroke = "━━" if line["dash"] == "solid" else "╍╍"
        epoch = f" ● {kept['number'][network]}" if network in kept.index else ""
        text = (
            f"<span style='color:{line['color']}'>{stroke}</span> {shortened(network, 20)}{epoch}"
        )
        labels.append(
            theme.note(1.0, 1.0 - 0.055 * place, text, dark, anchor="right")
            | {"xref": "paper", "yref": "paper", "yanchor": "top"}
            | {"font": {"size": 12, "color": theme.palette(dark).ink}}
        )
    return labels


def _range(areas: pd.Series) -> list[float]:
    known = areas[np.isfinite(areas)]
    low = min(0.5, float(known.min())) if len(known) else 0.5
    return [low - 0.02, 1.01]
