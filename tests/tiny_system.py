"""A system small enough for tests: a line through one column, which writes down what it was shown."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from clnm_core.errors import ModelError, TrainingError, UnfitCaseError
from clnm_core.features.choice import recipe_of
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems import catalogue
from clnm_core.systems.cases import Cases
from clnm_core.systems.explanation import Explanation, SaliencyMap
from clnm_core.systems.protocol import Candidate, Epoch, Fitted, Inputs, State

FEWEST = 5


@dataclass(frozen=True, eq=False)
class TinyModel:
    system: str
    outcome: str
    inputs: Inputs
    name: str
    line: np.ndarray  # intercept, slope, mean
    shift: float = 0.0

    def risk(self, cases: Cases):
        for case in cases.frame["case_id"]:
            if self.inputs.views and not cases.views_of(case):
                raise UnfitCaseError("The case has no picture.")
        intercept, slope, mean = self.line
        values = value_of(cases, self.name)
        return expit(intercept + self.shift + slope * np.where(np.isnan(values), mean, values))

    def case_risk(self, case: Cases):
        nan = float("nan")
        return Estimate(float(self.risk(case)[0]), nan, nan, 0.95, "no interval")

    def doubts(self, case: Cases):
        return ("Its column is unknown.",) if np.isnan(value_of(case, self.name)).any() else ()

    def explain(self, case: Cases):
        return Explanation(
            baseline=float(self.line[0]),
            maps=tuple(
                SaliencyMap(v.image_id, "attention", np.ones(v.read().grey.shape, np.float32))
                for v in views_of(case)
            ),
            shares={"column": 1.0},
            words=(("nodule", 0.5),),
            notes=("It is a line.",),
        )

    def attributions(self, cases: Cases):
        return None

    def embedding(self, cases: Cases):
        return value_of(cases, self.name)[:, None].astype(np.float32)

    def state(self):
        facts = {"outcome": self.outcome, "column": self.name, "views": list(self.inputs.views)}
        facts["inputs"] = [column.to_dict() for column in self.inputs.columns]
        return State({"line": self.line}, facts, {"note.txt": b"a line"})


class TinySystem:
    """Learns a line by gradient descent, an epoch at a time."""

    def __init__(self, name="tiny", *, is_cross_validated=False):
        self.name, self.is_cross_validated = name, is_cross_validated
        self.shown: list[list[str]] = []

    @property
    def defaults(self):
        return {
            "column": "capsule_distance_mm",
            "epochs": 2,
            "rate": 0.1,
            "pause_s": 0.0,
            "reads_pictures": False,
            "measures": "",
            "breaks": "",
            "count": "",
        }

    def require(self, cases, *, outcome, config):
        self.shown.append(list(cases.frame["case_id"]))
        y_true = cases.outcome(outcome)
        if min(y_true.sum(), (~y_true).sum()) < FEWEST:
            raise TrainingError("Too few cases to learn a line from. Choose a larger cohort.")
        if config["column"] not in cases.frame:
            raise TrainingError("The column of the line is not there. Choose another.")
        without = sum(not cases.views_of(case) for case in cases.frame["case_id"])
        if config["reads_pictures"] and without:
            raise UnfitCaseError(f"{without} cases have no picture. Import their pictures.")
        return ("The line leaves out all other columns.",)

    def fit(self, training, validation, *, outcome, config, seed, run):
        for part in (training, validation):
            if part is not None:
                self.shown.append(list(part.frame["case_id"]))
        if config["breaks"]:
            raise TrainingError(config["breaks"])
        if config["measures"]:
            settings = {"count": config["measures"]}
            training.features(recipe_of("radiomics", settings=settings))
        line, history = self._descended(training, outcome, config, run)
        column = training.registry[config["column"]]
        inputs = Inputs((column,), **(_PICTURES if config["reads_pictures"] else {}))
        model = TinyModel(self.name, outcome, inputs, column.name, line)
        other = TinyModel(self.name, outcome, inputs, column.name, line, 1.0)
        held_out = model.risk(training) * 0.999 if self.is_cross_validated else None
        return Fitted(
            model,
            held_out,
            (
                Candidate("line", "The line", model.risk, held_out),
                Candidate("shifted", "The line, shifted", other.risk, facts={"shift": 1.0}),
            ),
            history,
            ("A line was fitted.",),
        )

    def _descended(self, training, outcome, config, run):
        y_true = training.outcome(outcome).astype(float)
        values = value_of(training, config["column"])
        mean = 0.0 if np.isnan(values).all() else float(np.nanmean(values))
        values = np.where(np.isnan(values), mean, values)
        line, history = np.zeros(2), []
        kept = run.checkpoints / "line.json" if run.checkpoints else None
        if kept and kept.is_file():
            said = json.loads(kept.read_text())
            line = np.array(said["line"])
            history = [Epoch(**epoch) for epoch in said["history"]]
        for number in range(len(history) + 1, config["epochs"] + 1):
            run.say(number / (config["epochs"] + 1), f"Epoch {number} of {config['epochs']}")
            time.sleep(config["pause_s"])
            error = expit(line[0] + line[1] * values) - y_true
            line = line - config["rate"] * np.array([error.mean(), (error * values).mean()])
            history.append(Epoch("line", number, float(np.abs(error).mean()), float("nan"), 0.0))
            if config["count"]:
                with open(config["count"], "a") as file:  # noqa: PTH123
                    file.write(f"{number}\n")
            if kept:
                kept.parent.mkdir(parents=True, exist_ok=True)
                draft = kept.with_suffix(".part")
                facts = {"line": line.tolist(), "history": [_words(one) for one in history]}
                draft.write_text(json.dumps(facts))
                draft.replace(kept)
        return np.array([*line, mean]), tuple(history)

    def restore(self, state):
        from clnm_core.domain.columns import Column

        try:
            facts = state.facts
            columns = tuple(Column.from_dict(one) for one in facts["inputs"])
            more = _PICTURES if facts["views"] else {}
            line = np.asarray(state.tensors["line"]).reshape(3)
            return TinyModel(
                self.name, facts["outcome"], Inputs(columns, **more), facts["column"], line
            )
        except (KeyError, TypeError, ValueError):
            raise ModelError("The line is none. Train it again.") from None


_PICTURES = {"views": ("any",), "modality": "US", "structures": ("lesion",)}


def _words(epoch: Epoch) -> dict:
    return {name: getattr(epoch, name) for name in Epoch.__slots__}


def value_of(cases: Cases, name: str):
    return pd.to_numeric(cases.frame[name], errors="coerce").to_numpy(dtype=float)


def views_of(cases: Cases):
    return [view for case in cases.frame["case_id"] for view in cases.views_of(case)]


TINY = TinySystem()
FOLDED = TinySystem("tiny-folded", is_cross_validated=True)

LISTED = tuple(
    catalogue.Listed(name, label, f"{__name__}:{variable}", "one column", "")
    for name, label, variable in (
        ("tiny", "Tiny line", "TINY"),
        ("tiny-folded", "Tiny line in folds", "FOLDED"),
    )
)
