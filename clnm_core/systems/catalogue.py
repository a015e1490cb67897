"""Which systems are there?

Named, not imported: whoever only lists them does not load torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from clnm_core.errors import ModelError
from clnm_core.systems.protocol import System


@dataclass(frozen=True, slots=True)
class Listed:
    """One system as a reader first meets it.

    Parameters
    ----------
    name, label : str
        As the command line and as a page names it.
    home : str
        Module and variable of the system.
    reads : str
        What it reads, in a few words.
    source : str
        The paper, with its DOI; empty for the baseline.
    prepares, gaps, calibrates : str
        For the model card: what is done to the inputs, to values that are unknown, and to the
        risks, whatever the settings. Nothing of it learns from any but training and validation
        cases.

    """

    name: str
    label: str
    home: str
    reads: str
    source: str
    prepares: str = ""
    gaps: str = ""
    calibrates: str = ""


_FINDINGS = "Numbers standardised by mean and spread of training; one term per level."
_FINDING_GAPS = (
    "Unknown is a level or a term of its own where training had gaps, else the training average."
)
_SCORE = (
    "Features of the pictures standardised and chosen within training (univariate, correlation, "
    "LASSO), then added up to a score."
)
_SCORE_GAPS = "A feature that cannot be measured counts as its training median."
_LINE = "A straight line in log-odds, with a slope of at least 0, learned on"

SYSTEMS = (
    Listed(
        "clinical",
        "Logistic baseline",
        "clnm_core.systems.clinical_system:CLINICAL",
        "recorded findings",
        "",
        _FINDINGS,
        _FINDING_GAPS,
        "Not recalibrated: the logistic regression's own risks.",
    ),
    Listed(
        "cli-dlr",
        "Cli-DLR",
        "clnm_core.systems.cli_dlr.system:CLI_DLR",
        "ultrasound with the lesion outlined, and recorded findings",
        "Qing 2026, doi:10.3389/fonc.2026.1721234",
        f"{_FINDINGS} {_SCORE}",
        f"{_FINDING_GAPS} {_SCORE_GAPS}",
        f"{_LINE} validation cases, or on held-out training risks where there are none.",
    ),
    Listed(
        "llnm-net",
        "LLNM-Net",
        "clnm_core.systems.llnm_net.system:LLNM_NET",
        "two ultrasound views with lesion and gland outlined, report, age and sex",
        "Shen 2025, doi:10.1038/s41467-025-62042-z",
        "Patches and numbers of the lesion standardised by training and cut at 6 standard "
        "deviations; the words of reports as training knew them.",
        "An unknown age or sex counts as the training average, with a sign that it is unknown; "
        "patches and words that are not there are hidden from the attention. A case with one view "
        "is judged by that view.",
        f"{_LINE} validation cases.",
    ),
    Listed(
        "ct-cad",
        "CT CAD",
        "clnm_core.systems.ct_cad.system:CT_CAD",
        "CT of single nodes",
        "Lee 2019, doi:10.1007/s00330-019-06098-8",
        "A square around the node, equally large in millimetres for all, brought to the size of "
        "the network's input; in training shifted, turned, mirrored, made brighter or darker.",
        "It reads no findings. Where the size of pixels is unknown, the whole picture is taken.",
        f"{_LINE} validation cases.",
    ),
    Listed(
        "score-model",
        "Score model",
        "clnm_core.systems.score_model.system:SCORE_MODEL",
        "ultrasound with the lesion outlined, and recorded findings",
        "Int Dent J 2025;75:103895, doi:10.1016/j.identj.2025.103895",
        f"{_FINDINGS} {_SCORE}",
        f"{_FINDING_GAPS} {_SCORE_GAPS}",
        f"{_LINE} validation cases, or on held-out training risks where there are none.",
    ),
)


def listed(name: str) -> Listed:
    """One system by its name.

    Raises
    ------
    ModelError
        If there is none of that name.

    """
    for one in SYSTEMS:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in SYSTEMS)
    raise ModelError(f"There is no system {name[:40]!r}. The systems are {known}.")


def system_of(name: str) -> System:
    """The system itself, with the libraries that it needs loaded.

    Raises
    ------
    ModelError
        If there is none of that name.

    """
    module, variable = listed(name).home.split(":")
    system: System = getattr(import_module(module), variable)
    return system
