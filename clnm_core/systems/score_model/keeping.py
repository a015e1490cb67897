"""How is a learner written down so that nothing is ever unpickled?

Those of scikit-learn as skops files, opened with the list of types below and no other; XGBoost and
LightGBM in their own formats of text. Logistic regression is numbers and needs no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import lightgbm
import skops.io
import xgboost
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from skops.io.exceptions import UntrustedTypesFoundException

from clnm_core.errors import ModelError
from clnm_core.systems.score_model.learners import Learned

_TREE = ("sklearn.tree._tree.Tree",)

TRUSTED: dict[str, tuple[type, tuple[str, ...]]] = {
    "svm": (SVC, ()),
    "knn": (
        KNeighborsClassifier,
        (
            "sklearn.metrics._dist_metrics.EuclideanDistance64",
            "sklearn.neighbors._kd_tree.KDTree",
        ),
    ),
    "decision-tree": (DecisionTreeClassifier, _TREE),
    "random-forest": (RandomForestClassifier, _TREE),
    "extra-trees": (ExtraTreesClassifier, _TREE),
    "mlp": (MLPClassifier, ()),
}
"""By learner: what its file must hold, and the types that it may bring beside numbers, lists and
the public estimators of scikit-learn, which skops knows to be harmless."""

_XGBOOST, _LIGHTGBM = "xgboost.json", "lightgbm.txt"


def to_files(name: str, learned: Learned) -> dict[str, bytes]:
    """The files of a fitted learner; none for logistic regression."""
    if name == "xgboost":
        return {_XGBOOST: bytes(learned.save_raw("json"))}
    if name == "lightgbm":
        return {_LIGHTGBM: learned.model_to_string(num_iteration=-1).encode()}
    return {f"{name}.skops": skops.io.dumps(learned)} if name in TRUSTED else {}


def from_files(name: str, files: Mapping[str, bytes]) -> Learned:
    """The learner that :func:`to_files` wrote.

    Raises
    ------
    ModelError
        If its file is missing, cannot be read, or holds anything but such a learner.

    """
    try:
        if name == "xgboost":
            found: Any = xgboost.Booster({"nthread": 1}, model_file=bytearray(files[_XGBOOST]))
            return found
        if name == "lightgbm":
            return lightgbm.Booster(model_str=files[_LIGHTGBM].decode())
        expected, types = TRUSTED[name]
        found = skops.io.loads(files[f"{name}.skops"], trusted=list(types))
    except UntrustedTypesFoundException:
        raise _unfit("its learner holds something that no such learner has") from None
    except KeyError:
        raise _unfit("its learner is missing") from None
    except Exception as error:  # each library has its own errors for a file that is none
        raise _unfit("its learner cannot be read") from error
    if type(found) is not expected:
        raise _unfit("its learner is of another kind")
    return found


def _unfit(why: str) -> ModelError:
    return ModelError(f"The saved score model cannot be used: {why}. Train it again.")
