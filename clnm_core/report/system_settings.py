"""What is each setting of a system called, and which of them matter most?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clnm_core.report.wording import upper_first


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as a reader meets it.

    Parameters
    ----------
    label : str
    help : str
        One sentence; may be empty.
    choices : mapping of str to str
        Words for the values that it takes; empty where it takes any of its kind.
    is_first : bool
        Whether it stands in the form itself and not under “More settings”.

    """

    label: str
    help: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    is_first: bool = False


SETTINGS: dict[str, dict[str, Setting]] = {}
"""By system, then by setting."""


def setting_of(system: str, name: str) -> Setting:
    """The words of a setting; its name in plain letters where nobody wrote any.

    Examples
    --------
    >>> setting_of("clinical", "warmup_epochs").label
    'Warmup epochs'

    """
    return SETTINGS.get(system, {}).get(name) or Setting(upper_first(name.replace("_", " ")))
