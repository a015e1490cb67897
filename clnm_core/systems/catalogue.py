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

    """

    name: str
    label: str
    home: str
    reads: str
    source: str


SYSTEMS = (
    Listed(
        "clinical",
        "Logistic baseline",
        "clnm_core.systems.clinical_system:CLINICAL",
        "recorded findings",
        "",
    ),
    Listed(
        "cli-dlr",
        "Cli-DLR",
        "clnm_core.systems.cli_dlr.system:CLI_DLR",
        "ultrasound with the lesion outlined, and recorded findings",
        "Qing 2026, doi:10.3389/fonc.2026.1721234",
    ),
    Listed(
        "llnm-net",
        "LLNM-Net",
        "clnm_core.systems.llnm_net.system:LLNM_NET",
        "two ultrasound views with lesion and gland outlined, report, age and sex",
        "Shen 2025, doi:10.1038/s41467-025-62042-z",
    ),
    Listed(
        "ct-cad",
        "CT CAD",
        "clnm_core.systems.ct_cad.system:CT_CAD",
        "CT of single nodes",
        "Lee 2019, doi:10.1007/s00330-019-06098-8",
    ),
    Listed(
        "score-model",
        "Score model",
        "clnm_core.systems.score_model.system:SCORE_MODEL",
        "ultrasound with the lesion outlined, and recorded findings",
        "Int Dent J 2025;75:103895, doi:10.1016/j.identj.2025.103895",
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
