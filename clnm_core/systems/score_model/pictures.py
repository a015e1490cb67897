"""How do the pictures of a case become what the score model reads of them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.errors import UnfitCaseError
from clnm_core.features.choice import Recipe
from clnm_core.systems.activation import activation_of, in_words
from clnm_core.systems.cases import Cases
from clnm_core.systems.explanation import SaliencyMap
from clnm_core.systems.fitness import with_fit_pictures
from clnm_core.systems.score_model.scores import COLUMNS, PICTURES, measured
from clnm_core.systems.signature import Signature


@dataclass(frozen=True, eq=False, slots=True)
class Pictures:
    """How pictures become scores.

    Parameters
    ----------
    recipes : dict of str to Recipe
        By kind; only of scores that are read. Empty where none is.
    images : tuple of str
        Which radiomics count; see ``scores.measured``.
    signatures : dict of str to Signature

    """

    recipes: dict[str, Recipe]
    images: tuple[str, ...]
    signatures: dict[str, Signature]

    def tables(self, cases: Cases) -> dict[str, pd.DataFrame]:
        """The features of each case by kind; none where no score is read.

        Raises
        ------
        UnfitCaseError
            If a case has no picture, or none of the features of a score can be measured.

        """
        if not self.recipes:
            return {}
        found = measured(cases, self.recipes, self.images)
        for kind, one in self.signatures.items():
            lost = one.unmeasured(found[kind]) == len(one.names)
            if one.names and lost.any():
                raise UnfitCaseError(
                    f"The pictures of {int(lost.sum())} of {len(cases)} cases give no "
                    f"{COLUMNS[kind].label.lower()}: none of its features can be measured. Look at "
                    "the picture and at the outline of the lesion."
                )
        return found

    def shown(
        self, case: Cases, slope: float | None
    ) -> tuple[tuple[SaliencyMap, ...], tuple[str, ...]]:
        """Where the deep score of the one case lies in its pictures, and what that is.

        Parameters
        ----------
        case : Cases
        slope : float or None
            Log-odds per unit of the deep score; ``None`` for a learner that has no such number,
            and the map then is of the score, which itself is log-odds.

        """
        signature = self.signatures.get("deep")
        views = with_fit_pictures(case, PICTURES).views_of(str(case.frame["case_id"].iloc[0]))
        if signature is None or signature.is_constant or slope == 0 or not views:
            return (), ()
        found = activation_of(
            views,
            self.recipes["deep"],
            signature,
            lambda: self.tables(case)["deep"],
            slope=1.0 if slope is None else slope,
        )
        notes = [in_words(found, "deep score")]
        if slope is None and found.maps:
            notes.append(
                "The map is of the deep score itself; the learner does not use it in a straight "
                "line, so no share of the risk belongs to a place."
            )
        if "radiomics" in self.signatures:
            notes.append("The radiomics score has no place in the picture.")
        return found.maps, tuple(notes)

    def scores(self, cases: Cases) -> dict[str, NDArray[np.float64]]:
        """The score of each case by kind; errors as of :meth:`tables`."""
        return self.scores_of(self.tables(cases))

    def scores_of(self, tables: Mapping[str, pd.DataFrame]) -> dict[str, NDArray[np.float64]]:
        """The score of each case by kind, from :meth:`tables`."""
        if not self.recipes:
            return {}
        return {kind: one.score(tables[kind]) for kind, one in self.signatures.items()}
