"""What would the radiologist have written about these findings?

Short sentences put together from the findings; nothing in them is not in the table, except
for gaps: a report is written before anything goes missing. How far a nodule lies from the
capsule is not said: radiologists rarely write it down, which is why a model measures it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

_ECHO = {
    "markedly_hypoechoic": "markedly hypoechoic",
    "hypoechoic": "hypoechoic",
    "isoechoic": "isoechoic",
    "hyperechoic": "hyperechoic",
}
_COMPOSITION = {"solid": "solid", "mixed": "mixed solid and cystic", "spongiform": "spongiform"}
_MARGIN = {
    "smooth": "smooth margin",
    "ill_defined": "ill-defined margin",
    "irregular": "irregular margin",
    "extrathyroidal": "margin extending beyond the capsule",
}
_FOCI = {
    "none": "No calcification.",
    "micro": "Punctate echogenic foci.",
    "macro": "Coarse calcification with shadow.",
    "rim": "Rim calcification.",
}


def thyroid_report(findings: pd.DataFrame) -> list[str]:
    """One ultrasound report per row of the complete thyroid findings.

    Examples
    --------
    >>> row = dict(lobe="left", third="upper", max_diameter_mm=9.0, echogenicity="hypoechoic",
    ...            composition="solid", margin="smooth", taller_than_wide=True,
    ...            calcification="none", multifocal=False, hashimoto=False,
    ...            us_reported_nodes=True)
    >>> print(thyroid_report(pd.DataFrame([row]))[0])
    Left lobe, upper third: hypoechoic solid nodule of 9 mm, taller than wide, smooth margin. \
No calcification. Suspicious cervical nodes.

    """
    return [_thyroid(row) for row in findings.astype(object).to_dict("records")]


def _thyroid(row: Mapping[Hashable, Any]) -> str:
    lobe, third = str(row["lobe"]), row["third"]
    place = "Isthmus" if lobe == "isthmus" else f"{lobe.capitalize()} lobe, {third} third"
    shape = "taller than wide, " if row["taller_than_wide"] else ""
    sentences = [
        f"{place}: {_ECHO[str(row['echogenicity'])]} {_COMPOSITION[str(row['composition'])]} "
        f"nodule of {row['max_diameter_mm']:g} mm, {shape}{_MARGIN[str(row['margin'])]}.",
        _FOCI[str(row["calcification"])],
    ]
    if row["multifocal"]:
        sentences.append("Further nodules in the gland.")
    if row["hashimoto"]:
        sentences.append("Heterogeneous gland, in keeping with thyroiditis.")
    sentences.append(
        "Suspicious cervical nodes." if row["us_reported_nodes"] else "No suspicious nodes."
    )
    return " ".join(sentences)


def salivary_report(findings: pd.DataFrame) -> list[str]:
    """One ultrasound report per row of the complete salivary findings."""
    return [_salivary(row) for row in findings.to_dict("records")]


def _salivary(row: Mapping[Hashable, Any]) -> str:
    sentences = [
        f"{str(row['tumour_site']).capitalize()} gland: {_ECHO[str(row['echogenicity'])]} "
        f"{_COMPOSITION[str(row['composition'])]} tumour of {row['max_diameter_mm']:g} mm, "
        f"{_MARGIN[str(row['margin'])]}.",
        _FOCI[str(row["calcification"])],
        "Suspicious cervical nodes." if row["us_reported_nodes"] else "No suspicious nodes.",
    ]
    return " ".join(sentences)


def node_report(findings: pd.DataFrame) -> list[str]:
    """One CT finding per row of the complete node findings."""
    return [_node(row) for row in findings.to_dict("records")]


def _node(row: Mapping[Hashable, Any]) -> str:
    level = str(row["node_neck_level"]).removeprefix("level_").upper()
    signs = [
        word
        for column, word in (
            ("node_fatty_hilum", "fatty hilum"),
            ("node_necrosis", "cystic or necrotic part"),
            ("node_calcification", "calcification"),
        )
        if row[column]
    ]
    seen = ", ".join(signs) if signs else "no hilum, necrosis or calcification"
    return f"Level {level}: node with a short axis of {row['node_short_axis_mm']:g} mm, {seen}."
