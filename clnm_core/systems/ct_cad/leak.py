"""What does it do to the AUROC when images, not patients, are divided?

A quarter of the patients is new to everybody. The cases of the others are divided into halves
twice: case by case, as images are, and patient by patient. Of each division the same network learns
from either half and judges the other, so that both ways judge every case, from as many cases each,
and are compared on the same ones. Nothing is chosen on what is judged: all epochs are trained, and
the last is taken.

What image-wise halves promise beyond patient-wise ones is the leak, and what they gain by having
seen more patients; the latter shows on the new patients too. Pictures of one case stay together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import rankdata

from clnm_core.domain.paired import PairedPredictions
from clnm_core.stats.comparison import areas, auc_difference
from clnm_core.stats.uncertainty import not_estimable
from clnm_core.systems.ct_cad.fitting import Learned
from clnm_core.systems.ct_cad.kinds import KINDS
from clnm_core.systems.ct_cad.leaked import Both, Leak
from clnm_core.systems.ct_cad.networks import start_of
from clnm_core.systems.ct_cad.pictures import Crops
from clnm_core.systems.ct_cad.settings import Chosen
from clnm_core.systems.ct_cad.task import NodeTask, case_log_odds
from clnm_core.systems.networks.loop import train
from clnm_core.systems.run import Run
from clnm_core.systems.splitting import drawn_patients

NEW = 0.25
"""Share of the patients who are new to everybody."""

Learn = Callable[[NDArray[np.int64], str, Run], Callable[[NDArray[np.int64]], NDArray[np.float64]]]
"""Takes rows to learn from, a name and a run; gives what tells the log-odds of other rows."""


def measured_leak(
    learn: Learn,
    y_true: NDArray[np.bool_],
    patient: NDArray[np.int64],
    *,
    network: str,
    seed: int,
    run: Run,
) -> Leak:
    """Train four times, and judge both ways to divide on the same cases.

    The log-odds of one network are not on the scale of another: each becomes its place among the
    cases that the same network judged, in (0, 1), before those of both halves are put together.
    The interval is Obuchowski's, by patient; it knows of other patients, not of other first weights.

    Parameters
    ----------
    learn : callable
        How something is learned of some cases; it sees no others.
    y_true : numpy.ndarray of bool, shape (cases,)
    patient : numpy.ndarray of int, shape (cases,)
    network : str
        For a reader.
    seed : int
        Of who is new and how the others are divided.
    run : Run

    Returns
    -------
    Leak
        Not estimable, and nothing is trained, where a half would have a single outcome.

    References
    ----------
    .. [1] Yagis E et al. Sci Rep 2021;11:22544. doi:10.1038/s41598-021-01681-w
    .. [2] Obuchowski NA. Biometrics 1997;53:567-578. doi:10.2307/2533958

    """
    is_new = drawn_patients(patient, y_true, share=NEW, seed=seed)
    rest, new = np.flatnonzero(~is_new), np.flatnonzero(is_new)
    by_patient = drawn_patients(patient[rest], y_true[rest], share=0.5, seed=seed + 1)
    halves = {"image": _as_many(by_patient, y_true[rest], seed), "patient": by_patient}
    if any(len(set(y_true[rest][half == side])) < 2 for half in halves.values() for side in (0, 1)):
        return Leak(network, _nothing(patient[rest]), _nothing(patient[new]))
    held = {way: np.zeros(len(rest)) for way in halves}
    others: dict[str, list[NDArray[np.float64]]] = {way: [] for way in halves}
    for place, (way, side) in enumerate((way, side) for way in halves for side in (0, 1)):
        judged = halves[way] == side
        part = run.part(place / 4, (place + 1) / 4)
        log_odds = learn(rest[~judged], f"by-{way}-{side + 1}", part)
        held[way][judged] = _places(log_odds(rest[judged]))
        others[way].append(_places(log_odds(new)))
    return Leak(
        network,
        _both(y_true[rest], held, patient[rest]),
        _both(  # every new case was judged by either half; both times it is the same patient's
            np.tile(y_true[new], 2),
            {way: np.concatenate(each) for way, each in others.items()},
            np.tile(patient[new], 2),
            judged=2,
        ),
    )


def shown_leak(
    cases: Learned, patient: NDArray[np.int64], *, name: str, chosen: Chosen, seed: int, run: Run
) -> Leak:
    """The leak of one network on training and validation cases together.

    Parameters
    ----------
    cases : Learned
        At the input size of the network.
    patient : numpy.ndarray of int, shape (training and validation cases,)
    name : str
        Of the network.
    chosen : Chosen
        All epochs are trained and the last is taken: nothing may be chosen on what is held out.
    seed : int
    run : Run

    """
    whole = _joined(cases.training, cases.validation, len(cases.y_training))
    y_true = np.concatenate([cases.y_training, cases.y_validation])
    size = chosen.sizes[name]
    start = start_of(name, checkpoint=chosen.checkpoints[name], is_from_hub=chosen.is_from_hub)

    def learn(
        rows: NDArray[np.int64], word: str, run: Run
    ) -> Callable[[NDArray[np.int64]], NDArray[np.float64]]:
        task = NodeTask(
            name,
            start,
            size,
            chosen.dropout,
            chosen.is_augmented,
            _only(whole, rows),
            y_true[rows],
            _only(whole, rows[:0]),
            y_true[:0],
        )
        found = train(task, replace(chosen.training, patience=0), seed=seed, run=run, name=word)
        return lambda rows: case_log_odds(
            found.network, _only(whole, rows), size=size, device=torch.device("cpu")
        )

    return measured_leak(learn, y_true, patient, network=KINDS[name].label, seed=seed, run=run)


def _as_many(
    by_patient: NDArray[np.bool_], y_true: NDArray[np.bool_], seed: int
) -> NDArray[np.bool_]:
    """Cases at random, as many with and without the outcome as the patient-wise half has."""
    random = np.random.default_rng([seed, 1])
    chosen = np.zeros(len(y_true), dtype=bool)
    for state in (True, False):
        rows = np.flatnonzero(y_true == state)
        chosen[random.permutation(rows)[: int((by_patient & (y_true == state)).sum())]] = True
    return chosen


def _places(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """The place of each case among those beside it, in (0, 1); ties share theirs."""
    return np.asarray(rankdata(log_odds) / (len(log_odds) + 1))


def _both(
    y_true: NDArray[np.bool_],
    places: dict[str, NDArray[np.float64]],
    patient: NDArray[np.int64],
    *,
    judged: int = 1,
) -> Both:
    """Both ways on the same cases, each of which was judged so many times."""
    found = areas(PairedPredictions.of(y_true, places, patient))
    return Both(
        len(y_true) // judged,
        len(np.unique(patient)),
        found.of("image"),
        found.of("patient"),
        auc_difference(found, "image", "patient").estimate,
    )


def _nothing(patient: NDArray[np.int64]) -> Both:
    none = not_estimable("a half of the patients has a single outcome", level=0.95)
    return Both(len(patient), len(np.unique(patient)), none, none, none)


def _joined(one: Crops, other: Crops, rows: int) -> Crops:
    """The pictures of two sets of cases as those of one; the first has ``rows`` cases."""
    return Crops(
        np.concatenate([one.grey, other.grey]),
        np.concatenate([one.case, other.case + rows]),
        np.concatenate([one.has_spacing, other.has_spacing]),
        np.concatenate([one.is_flat, other.is_flat]),
    )


def _only(crops: Crops, rows: NDArray[np.int64]) -> Crops:
    """The pictures of some cases, in their order."""
    places = [np.flatnonzero(crops.case == row) for row in rows]
    chosen = np.concatenate([*places, np.zeros(0, dtype=np.int64)]).astype(np.int64)
    owner = np.repeat(np.arange(len(rows)), [len(one) for one in places]).astype(np.int64)
    return Crops(crops.grey[chosen], owner, crops.has_spacing[chosen], crops.is_flat[chosen])
