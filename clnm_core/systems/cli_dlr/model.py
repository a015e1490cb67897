"""What does Cli-DLR say of a case, and why?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.errors import ModelError, UnfitCaseError
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.activation import Activation, activation_of, in_words
from clnm_core.systems.attributing import spread_over
from clnm_core.systems.calibrating import Calibrator
from clnm_core.systems.cases import Cases
from clnm_core.systems.cli_dlr import pictures
from clnm_core.systems.cli_dlr.beyond import Beyond
from clnm_core.systems.cli_dlr.learning import SCORE, Combination
from clnm_core.systems.clinical import ClinicalModel
from clnm_core.systems.clinical_system import model_of, recorded, state_of
from clnm_core.systems.embedding import beside
from clnm_core.systems.explanation import Attributions, Explanation
from clnm_core.systems.fitness import lacks, with_fit_pictures
from clnm_core.systems.protocol import Inputs, State
from clnm_core.systems.states import joined, part_of

NAME = "cli-dlr"

MEASURED = ("deep", "backbone", "checkpoint", "radiomics")
"""The settings that say what is measured."""

ONLY_CLINICAL = (
    "No pictures: Cli-DLR is its clinical model alone. Nothing in it comes from an image."
)


@dataclass(frozen=True, eq=False, slots=True)
class CliDlr:
    """A fitted Cli-DLR, or its clinical model alone where it learned without pictures.

    Parameters
    ----------
    logistic : ClinicalModel
        Of the findings and, where there are pictures, the DLR score.
    calibrator : Calibrator
    parts : Combination or None
        ``None`` without pictures.
    measure : dict
        The settings that say what is measured; empty without pictures.
    weights : str
        Digest of the network's weights; empty where there is none.

    """

    logistic: ClinicalModel
    calibrator: Calibrator
    parts: Combination | None
    measure: dict[str, Any]
    weights: str = ""

    @property
    def system(self) -> str:
        """Name of its system."""
        return NAME

    @property
    def outcome(self) -> str:
        """Name of the outcome column."""
        return self.logistic.outcome

    @property
    def inputs(self) -> Inputs:
        """Findings and, unless it learned without, an ultrasound picture with the lesion."""
        if self.parts is None:
            return Inputs(self.logistic.design.columns)
        asked = pictures.PICTURES
        columns = self.parts.clinical.design.columns
        return Inputs(columns, asked.views, asked.modality, asked.structures)

    def risk(self, cases: Cases) -> NDArray[np.float64]:
        """Calibrated probability of the outcome for each case, in [0, 1].

        Raises
        ------
        UnfitCaseError
            If a case has no ultrasound picture with the lesion outlined. It is not judged by the
            findings alone instead: that is another model, the part ``clinical``.
        ModelError
            If the network's weights are not those of training.

        """
        found = np.asarray(self.logistic.risk(self._with_score(cases)), dtype=np.float64)
        return self.calibrator.risk(found)

    def score(self, cases: Cases) -> NDArray[np.float64]:
        """DLR score of each case; as of :meth:`risk`, and NaN without pictures."""
        if self.parts is None:
            return np.full(len(cases), np.nan)
        return self.parts.score(cases.frame, self._features(cases))

    def case_risk(self, case: Cases) -> Estimate:
        """Risk of the one case, with Wald's interval on the log-odds.

        The interval speaks of the coefficients of the logistic model; not of how the score was
        made, and not of the calibration.
        """
        found = self.logistic.case_risk(self._values(case))
        ends = np.array([found.value, found.low, found.high])
        value, low, high = (float(one) for one in self.calibrator.risk(ends))
        return Estimate(value, low, high, found.level, found.method)

    def doubts(self, case: Cases) -> tuple[str, ...]:
        """What makes the case unlike the training cases."""
        values = self._values(case)
        if self.parts is None:
            return self.logistic.doubts(values)
        rounded = {**values, SCORE.name: float(f"{values[SCORE.name]:.3g}")}
        return (*self.logistic.doubts(rounded), *self._doubts_of_pictures(case))

    def explain(self, case: Cases) -> Explanation:
        """What each finding, and the DLR score, add to the log-odds before calibration."""
        looked = self._activation(case)
        values = self._values(case)
        table = self.logistic.contributions(values)
        baseline = table.attrs["baseline"]
        if self.parts is None:
            return Explanation(table, baseline, notes=(ONLY_CLINICAL,))
        is_score = table["column"] == SCORE.name
        table.loc[is_score, "value"] = f"{values[SCORE.name]:.2f}"
        notes = (self.parts.beyond.signature.in_words(),)
        if looked is None:
            return Explanation(table, baseline, notes=notes)
        said = in_words(looked, SCORE.label)
        return Explanation(table, baseline, maps=looked.maps, notes=(*notes, said))

    def attributions(self, cases: Cases) -> Attributions:
        """What each finding, and the DLR score, add to the log-odds of each case.

        Exact, before calibration, as in :meth:`explain`; NaN for a case without a fit picture.
        """
        whole = _whole(cases, self.inputs)
        is_judged = (lacks(cases, self.inputs) == "").to_numpy()
        found = self.logistic.attributions(self._with_score(whole.only(is_judged)))
        return spread_over(found, is_judged, whole.frame)

    def embedding(self, cases: Cases) -> NDArray[np.float32]:
        """Findings and picture of each case, shape (cases, terms + features of the score).

        The terms of the findings, then the features that the DLR score is made of, each in training
        deviations from the training mean; where one could not be measured, its training median. More
        features than terms are scaled down, see :func:`~clnm_core.systems.embedding.beside`.
        """
        whole = _whole(cases, self.inputs)
        if self.parts is None:
            return self.logistic.standardised(whole.frame).astype(np.float32)
        terms = self.parts.clinical.standardised(whole.frame)
        features = self.parts.beyond.signature.standardised(self._features(whole))
        return beside(terms, [features])

    def state(self) -> State:
        """The model as plain values."""
        parts = {"logistic": state_of(self.logistic)}
        if self.parts is not None:
            parts["clinical"] = state_of(self.parts.clinical)
            parts["score"] = self.parts.beyond.to_state()
        return joined(
            parts,
            calibrator=self.calibrator.to_dict(),
            measure=dict(self.measure),
            weights=self.weights,
            terms=[[term.column, term.level] for term in self.logistic.design.terms],
        )

    def _with_score(self, cases: Cases) -> pd.DataFrame:
        if self.parts is None:
            return cases.frame
        return cases.frame.assign(**{SCORE.name: self.score(cases)})

    def _values(self, case: Cases) -> dict[str, Any]:
        values = recorded(case, self.inputs.columns)
        if self.parts is not None:
            values[SCORE.name] = float(self.score(_whole(case, self.inputs))[0])
        return values

    def _features(self, cases: Cases) -> pd.DataFrame:
        recipes = pictures.recipes_of(self.measure)
        known = with_fit_pictures(cases, pictures.PICTURES)
        without = [name for name in cases.frame["case_id"] if not known.views_of(name)]
        if without:
            some = (
                "This case has" if len(cases) == 1 else f"{len(without)} of {len(cases)} cases have"
            )
            raise UnfitCaseError(
                f"{some} no ultrasound picture with the lesion outlined, which Cli-DLR reads. "
                "Outline the lesion, or use the clinical model."
            )
        if self.weights and pictures.weights_of(recipes) != self.weights:
            raise ModelError(
                "The network that measures pictures has other weights on this machine than in "
                "training, so its features mean nothing here. Bring the same weights, or train again."
            )
        return pictures.measured(cases, recipes)

    def _activation(self, case: Cases) -> Activation | None:
        """Where the deep part of the score lies; ``None`` where the score says nothing."""
        views = with_fit_pictures(case, pictures.PICTURES).views_of(
            str(case.frame["case_id"].iloc[0])
        )
        if self.parts is None or self.parts.beyond.signature.is_constant or not views:
            return None
        recipe = next(
            (one for one in pictures.recipes_of(self.measure) if one.kind == "deep"), None
        )
        return activation_of(
            views,
            recipe,
            self.parts.beyond.signature,
            lambda: self._features(case),
            slope=self.logistic.slope(SCORE.name),
        )

    def _doubts_of_pictures(self, case: Cases) -> tuple[str, ...]:
        if self.parts is None or self.parts.beyond.signature.is_constant:
            return ()
        signature, found = self.parts.beyond.signature, []
        table = self._features(case)
        if number := pictures.flat(case):
            some = "A picture" if number == 1 else f"{number} pictures"
            found.append(f"{some} of this case shows one grey level only: there is no texture.")
        if number := int(signature.unmeasured(table)[0]):
            found.append(
                f"{number} of the {len(signature.names)} features of the DLR score could not be "
                "measured; the training median stands in."
            )
        if number := int(signature.beyond(table)[0]):
            found.append(
                f"{number} of the {len(signature.names)} features of the DLR score are outside "
                "their training range: the score is an extrapolation."
            )
        return tuple(found)


def _whole(cases: Cases, inputs: Inputs) -> Cases:
    """The cases with a gap for every column that they were not asked for."""
    lacking = [one.name for one in inputs.columns if one.name not in cases.frame]
    if not lacking:
        return cases
    gaps = pd.DataFrame(np.nan, index=cases.frame.index, columns=lacking)
    return replace(cases, frame=pd.concat([cases.frame, gaps], axis=1))


def restored(state: State) -> CliDlr:
    """The model of a state.

    Raises
    ------
    ModelError
        If the state is not one of Cli-DLR.

    """
    logistic = model_of(part_of(state, "logistic"))
    try:
        calibrator = Calibrator.from_dict(state.facts["calibrator"])
        measure = dict(state.facts["measure"])
        weights = str(state.facts["weights"])
    except (KeyError, TypeError, ValueError):
        raise ModelError(
            "The saved Cli-DLR does not say how it was calibrated. Train it again."
        ) from None
    if not measure:
        return CliDlr(logistic, calibrator, None, {})
    if measure.keys() != {*MEASURED}:
        raise ModelError("The saved Cli-DLR does not say what it measures. Train it again.")
    clinical = model_of(part_of(state, "clinical"))
    beyond = Beyond.from_state(part_of(state, "score"))
    if len(beyond.expected) != len(clinical.design.terms) + 1:
        raise ModelError("The saved Cli-DLR is not whole: its parts do not match. Train it again.")
    parts = Combination(clinical, beyond, logistic)
    return CliDlr(logistic, calibrator, parts, measure, weights)
