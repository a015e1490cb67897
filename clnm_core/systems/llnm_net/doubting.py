"""What makes a case unlike those that the network learned from?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from clnm_core.systems.llnm_net.config import Config
from clnm_core.systems.llnm_net.encoding import Encoder
from clnm_core.systems.llnm_net.prepared import Prepared
from clnm_core.systems.llnm_net.text.tokens import UNKNOWN, Tokenizer

_UNKNOWN_WORDS = 1 / 3
_FAR = 4.0  # standard deviations of the training cases


@dataclass(frozen=True, slots=True)
class Usual:
    """What was usual among the training cases.

    Parameters
    ----------
    age_low, age_high : float
        Years; NaN where none was known.
    had_age, had_sex, had_report, had_two_views : bool
        Whether every training case had it.

    """

    age_low: float
    age_high: float
    had_age: bool
    had_sex: bool
    had_report: bool
    had_two_views: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain values; ages that are not known are ``None``."""
        values = asdict(self)
        return {key: None if value != value else value for key, value in values.items()}

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> Usual:
        """What :meth:`to_dict` wrote."""
        low, high = (
            float("nan") if values[name] is None else float(values[name])
            for name in ("age_low", "age_high")
        )
        had = (
            values[name] is True for name in ("had_age", "had_sex", "had_report", "had_two_views")
        )
        return Usual(low, high, *had)


def usual_of(cases: Prepared) -> Usual:
    """What is usual among training cases."""
    ages = cases.age[np.isfinite(cases.age)]
    return Usual(
        float(ages.min()) if len(ages) else float("nan"),
        float(ages.max()) if len(ages) else float("nan"),
        len(ages) == len(cases),
        bool(np.isfinite(cases.male).all()),
        all(text.strip() for text in cases.texts),
        cases.single == 0,
    )


def doubts_of(case: Prepared, encoder: Encoder, config: Config, usual: Usual) -> tuple[str, ...]:
    """Sentences about the one case; none where nothing is unusual."""
    found = []
    if config.demographics:
        age = float(case.age[0])
        if np.isnan(age) and usual.had_age:
            found.append("Age is unknown here but was always known in training.")
        elif age < usual.age_low or age > usual.age_high:
            found.append(
                f"Age {age:g} years is outside the training range {usual.age_low:g}-"
                f"{usual.age_high:g} years: the risk is an extrapolation."
            )
        if np.isnan(case.male[0]) and usual.had_sex:
            found.append("Sex is unknown here but was always known in training.")
    if config.has_pictures and case.single and usual.had_two_views:
        found.append("There is one picture; all training cases had two views.")
    if config.report:
        found += _of_report(case.texts[0], encoder, usual)
    found += _of_pictures(case, encoder)
    return tuple(found)


def _of_report(text: str, encoder: Encoder, usual: Usual) -> list[str]:
    if not text.strip():
        return ["There is no report; all training cases had one."] if usual.had_report else []
    if not isinstance(encoder.tokenizer, Tokenizer):
        return []
    read = encoder.tokenizer.encoded([text])
    unknown = int((read.ids == UNKNOWN).sum())
    if unknown <= _UNKNOWN_WORDS * int(read.lengths[0]):
        return []
    return [
        f"{unknown} of the {int(read.lengths[0])} words that were read of the report did not occur "
        "in training, so that much of it was not understood."
    ]


def _of_pictures(case: Prepared, encoder: Encoder) -> list[str]:
    """Whole-lesion numbers that lie far from those of all training cases."""
    words = {
        "location_whole": "The place of the lesion in the gland",
        "texture_whole": "The texture of the lesion",
        "margin_whole": "The margin of the lesion",
        "echogenicity": "The echogenicity of the lesion",
        "shape": "The shape of the lesion",
    }
    found = []
    for group, label in words.items():
        values = case.values.get(group)
        if values is None or values.shape[-1] > 64:
            continue
        far = np.abs((values[0] - encoder.centre[group]) / encoder.scale[group])
        if (far[case.says[group][0]] > _FAR).any():
            found.append(
                f"{label} is unlike that of the training cases (more than {_FAR:g} standard "
                "deviations from their mean)."
            )
    return found
