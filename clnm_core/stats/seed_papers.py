"""What do the four papers whose methods this project implements print, and how sure is it?

Only what a paper or its repository prints is "printed"; a number that follows from printed
ones is "computed", and one that nobody prints but is needed is "assumed".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clnm_core.stats.printed import counts, share
from clnm_core.stats.published import RATES, Paper

PRINTED, COMPUTED, ASSUMED = "printed", "computed", "assumed"
"""How sure a figure is."""


@dataclass(frozen=True, slots=True)
class SeedPaper:
    """One table of one paper, as typed into the form.

    Parameters
    ----------
    slug : str
        Short name, for links.
    title : str
        Model, year and cases.
    citation : str
        With DOI.
    figures : mapping of str to str
        ``n, events, auc`` and rates, as printed.
    certainty : mapping of str to str
        Only of figures that are not :data:`PRINTED`.
    note : str
        What a reader of the table should know.

    """

    slug: str
    title: str
    citation: str
    figures: Mapping[str, str]
    certainty: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


_QING = "Qing 2026, Front Oncol, doi:10.3389/fonc.2026.1721234"
_SHEN = "Shen 2025, Nat Commun 16:7052, doi:10.1038/s41467-025-62042-z"
_LEE = "Lee 2019, Eur Radiol 29:5452, doi:10.1007/s00330-019-06098-8"
_LEE_TOO = "Lee 2020, Eur Radiol 30:3066"
_MSGC = "Int Dent J 2025;75(6):103895, doi:10.1016/j.identj.2025.103895"

SEED_PAPERS: tuple[SeedPaper, ...] = (
    SeedPaper(
        "cli-dlr",
        "Cli-DLR 2026, validation",
        _QING,
        {"n": "62", "prevalence": "50 %", "auc": "0.80"},
        {"prevalence": ASSUMED},
        "The share with metastasis among the 62 is not printed; about half is assumed.",
    ),
    SeedPaper(
        "llnm-net-external",
        "LLNM-Net 2025, five other hospitals",
        _SHEN,
        {"n": "9836", "prevalence": "56 %", "accuracy": ".847", "auc": ".944"},
    ),
    SeedPaper(
        "llnm-net-validation",
        "LLNM-Net 2025, validation",
        _SHEN,
        {"n": "5923", "prevalence": "53 %", "auc": ".948"},
    ),
    SeedPaper(
        "llnm-net-readers",
        "LLNM-Net 2025, model on the readers' 200 cases",
        _SHEN,
        {"n": "200", "accuracy": ".875"},
        {},
        "The 108 readers reached an accuracy of .643 on the same 200 cases.",
    ),
    SeedPaper(
        "ct-cad-test",
        "CT CAD 2019, test images",
        _LEE,
        {
            **{"n": "100–110", "sensitivity": "90.4 %", "specificity": "90.4 %"},
            **{"accuracy": "90.4 %", "auc": ".953"},
        },
        {"n": COMPUTED},
        "The number of test images follows from 10.5 % of 995 images; the paper does not print it.",
    ),
    SeedPaper(
        "ct-cad-external",
        "CT CAD 2020, another hospital",
        _LEE_TOO,
        {
            **{"n": "3838", "prevalence": "6 %", "sensitivity": ".802"},
            **{"specificity": ".830", "ppv": "83.0 %"},
        },
        {},
        "The printed PPV is the same number as the specificity.",
    ),
    SeedPaper(
        "msgc",
        "MSGC score 2025, validation, logistic regression",
        _MSGC,
        {
            **{"n": "70", "sensitivity": ".842", "accuracy": ".886", "ppv": ".762"},
            **{"f1": ".80", "auc": ".962"},
        },
    ),
)
"""The tables to begin with, in the order of the picker."""


def seed_paper(seed: SeedPaper, *, is_cut: bool = False) -> Paper:
    """The table as the solver takes it.

    Parameters
    ----------
    seed : SeedPaper
    is_cut : bool
        Whether digits may have been cut off instead of rounded.

    Examples
    --------
    >>> seed_paper(SEED_PAPERS[0]).n
    (62, 62)

    """
    figures = seed.figures
    return Paper(
        counts(figures["n"]),
        counts(figures["events"]) if "events" in figures else None,
        {name: share(figures[name], is_cut=is_cut) for name in RATES if name in figures},
        share(figures["auc"], is_cut=is_cut) if "auc" in figures else None,
    )
