"""What does a trained LLNM-Net say of a case?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit, softmax

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import ModelError, UnfitCaseError
from clnm_core.stats.uncertainty import Estimate, not_estimable
from clnm_core.systems.calibrating import Calibrator
from clnm_core.systems.cases import Cases
from clnm_core.systems.explanation import Attributions, Explanation
from clnm_core.systems.llnm_net.config import Config, resolved
from clnm_core.systems.llnm_net.doubting import Usual, doubts_of
from clnm_core.systems.llnm_net.encoding import Encoder
from clnm_core.systems.llnm_net.network import STAGES, LlnmNet
from clnm_core.systems.llnm_net.prepared import VIEWS, Prepared, prepare
from clnm_core.systems.llnm_net.task import judged_by, parts_by
from clnm_core.systems.protocol import Inputs, State
from clnm_core.systems.risk_stage import RiskStage, TaughtStages
from clnm_core.systems.run import Run

NAME = "llnm-net"
_FORMAT = 1
_ORDER = (
    *("location_whole", "location", "texture_whole", "texture", "margin_whole", "margin"),
    *("echogenicity", "shape", "sex", "age"),
)
"""Groups as a network was trained on them; a file has them by name."""

_PARCEL = 64  # cases that are prepared and judged at a time


@dataclass(frozen=True, eq=False, slots=True)
class LlnmModel:
    """Networks from different seeds, whose log-odds are averaged, then calibrated.

    Parameters
    ----------
    outcome : str
    config : Config
    encoder : Encoder
    networks : tuple of LlnmNet
        On the CPU, in evaluation mode.
    shapes : dict of str to (int, int)
        Tokens and values of each group.
    calibrator : Calibrator
        Learned on validation cases.
    usual : Usual
        What training cases were like, for the doubts.
    stages : TaughtStages or None
        What the second head was taught; ``None`` where it was taught nothing.

    """

    outcome: str
    config: Config
    encoder: Encoder
    networks: tuple[LlnmNet, ...]
    shapes: dict[str, tuple[int, int]]
    calibrator: Calibrator
    usual: Usual
    stages: TaughtStages | None = None

    @property
    def system(self) -> str:
        """Name of the system."""
        return NAME

    @property
    def inputs(self) -> Inputs:
        """What it reads; one of the two views is enough."""
        return inputs_of(self.config)

    def risk(self, cases: Cases) -> NDArray[np.float64]:
        """Calibrated probability of the outcome for each case, in [0, 1].

        Raises
        ------
        UnfitCaseError
            If a case has no picture that can be used.

        """
        return self.judged(cases)[0]

    def judged(self, cases: Cases) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Risk of each case, and the probabilities of the three risk stages, shape (n, 3).

        The stages are not calibrated; they are those of the paper's second head.
        """
        risk, stages = np.empty(len(cases)), np.empty((len(cases), len(STAGES)))
        for first in range(0, len(cases), _PARCEL):
            rows = np.arange(first, min(first + _PARCEL, len(cases)))
            log_odds, logits = self.scores(self.prepared(cases.only(rows)))
            risk[rows] = self.calibrator.risk(expit(log_odds))
            stages[rows] = softmax(logits, axis=1)
        return risk, stages

    def prepared(self, cases: Cases) -> Prepared:
        """The cases as the network reads them.

        Raises
        ------
        UnfitCaseError
            If one of them has no picture that can be used.

        """
        found = prepare(cases, self.config, run=Run())
        if found.unfit:
            number = len(found.unfit)
            who = "A case cannot" if number == 1 else f"{number} cases cannot"
            raise UnfitCaseError(
                f"{who} be judged by llnm-net: {found.unfit[0]}. "
                "Correct the picture or its outlines, or leave the case out."
            )
        return found

    def scores(self, cases: Prepared) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Log-odds before calibration, and logits of the stages, the means over the networks."""
        arrays = self.encoder.encoded(cases)
        device = torch.device("cpu")
        found = [judged_by(one, arrays, device) for one in self.networks]
        return (
            np.mean([log_odds for log_odds, _ in found], axis=0),
            np.mean([stages for _, stages in found], axis=0),
        )

    def case_risk(self, case: Cases) -> Estimate:
        """Risk of the one case. A network that was trained once has no interval to give."""
        nothing = not_estimable("", level=0.95)
        return Estimate(
            float(self.risk(case)[0]),
            nothing.low,
            nothing.high,
            0.95,
            "no interval: how much another training would differ is not known",
        )

    def stage(self, case: Cases) -> RiskStage | None:
        """What the second head says of the one case; ``None`` where it was taught nothing."""
        if self.stages is None:
            return None
        return RiskStage(tuple(map(float, self.judged(case)[1][0])), self.stages)

    def doubts(self, case: Cases) -> tuple[str, ...]:
        """Sentences about what makes the one case unlike the training cases."""
        return doubts_of(self.prepared(case), self.encoder, self.config, self.usual)

    def explain(self, case: Cases) -> Explanation:
        """Where the networks looked; see :mod:`clnm_core.systems.llnm_net.explaining`."""
        from clnm_core.systems.llnm_net.explaining import explained

        return explained(self, case)

    def attributions(self, cases: Cases) -> Attributions | None:
        """None: a network has no exact Shapley values."""
        return None

    def embedding(self, cases: Cases) -> NDArray[np.float32]:
        """What the last layers add up for each case, in log-odds, shape (cases, numbers).

        First each number that the linear skip reads, by its weight (the mean over the networks);
        then, network after network, each number before the answer, by its weight. A row and
        a constant add up to the log-odds before calibration, so a distance of 1 is one of log-odds,
        and what the answer makes nothing of counts nothing.
        """
        if not len(cases):
            return np.zeros((0, 0), dtype=np.float32)
        found = []
        for first in range(0, len(cases), _PARCEL):
            rows = np.arange(first, min(first + _PARCEL, len(cases)))
            arrays = self.encoder.encoded(self.prepared(cases.only(rows)))
            parts = [parts_by(one, arrays) for one in self.networks]
            line = np.mean([told for _, told in parts], axis=0)
            found.append(np.concatenate([line, *(own / len(parts) for own, _ in parts)], axis=1))
        return np.concatenate(found).astype(np.float32)

    def state(self) -> State:
        """The model as plain values."""
        tensors = {f"encoder.{name}": one for name, one in self.encoder.tensors().items()}
        for number, network in enumerate(self.networks):
            for name, value in network.state_dict().items():
                tensors[f"network-{number}.{name}"] = value.detach().cpu().numpy()
        facts = {
            "format": _FORMAT,
            "outcome": self.outcome,
            "config": self.config.to_dict(),
            "members": len(self.networks),
            "shapes": {name: list(shape) for name, shape in self.shapes.items()},
            "encoder": self.encoder.facts(),
            "calibrator": self.calibrator.to_dict(),
            "usual": self.usual.to_dict(),
            "stages": self.stages and self.stages.to_dict(),
        }
        return State(tensors, facts)


def inputs_of(config: Config) -> Inputs:
    """What a model of a config reads."""
    names = ("age_years", "sex") if config.demographics else ()
    reads = config.has_pictures
    return Inputs(
        tuple(BUILT_IN[name] for name in names),
        views=VIEWS if reads else (),
        modality="US" if reads else "",
        structures=("lesion", "gland") if reads else (),
        reads_report=config.report,
    )


def restored(state: State) -> LlnmModel:
    """The model of a state.

    Raises
    ------
    ModelError
        If the state is not one of this system's.

    """
    facts = state.facts
    try:
        if facts.get("format") != _FORMAT:
            raise ModelError(
                "This model of llnm-net was written by another version. Train it again."
            )
        config = resolved(facts["config"])
        encoder = Encoder.restored(_within(state.tensors, "encoder."), facts["encoder"], config)
        said = {name: (int(one[0]), int(one[1])) for name, one in facts["shapes"].items()}
        shapes = {name: said[name] for name in sorted(said, key=_ORDER.index)}
        networks = tuple(
            _network(config, encoder, shapes, _within(state.tensors, f"network-{number}."))
            for number in range(int(facts["members"]))
        )
        return LlnmModel(
            str(facts["outcome"]),
            config,
            encoder,
            networks,
            shapes,
            Calibrator.from_dict(facts["calibrator"]),
            Usual.from_dict(facts["usual"]),
            _taught(facts.get("stages")),
        )
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise ModelError(
            "The files of this model are not a whole llnm-net. Train it again, or restore its "
            "files from a backup."
        ) from error


def _taught(facts: Mapping[str, Any] | None) -> TaughtStages | None:
    """What is written of the second head; files of old say nothing, and then nothing is claimed."""
    found = TaughtStages.from_dict(facts) if facts is not None else None
    if found is not None and found.stages != STAGES:
        raise ValueError("the stages must be those of the second head.")
    return found


def _network(
    config: Config,
    encoder: Encoder,
    shapes: dict[str, tuple[int, int]],
    tensors: Mapping[str, NDArray[Any]],
) -> LlnmNet:
    vocabulary, length = encoder.reads
    with torch.random.fork_rng(devices=[]):
        network = LlnmNet(config, shapes, vocabulary=vocabulary, length=length)
    network.load_state_dict(
        {name: torch.from_numpy(np.array(one)) for name, one in tensors.items()}
    )
    return network.eval()


def _within(tensors: Mapping[str, NDArray[Any]], start: str) -> dict[str, NDArray[Any]]:
    return {
        name.removeprefix(start): one for name, one in tensors.items() if name.startswith(start)
    }
