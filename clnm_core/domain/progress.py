"""How does long work say how far it is?"""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float, str], None]
"""Takes how far the work is, in [0, 1], and what is being done, in words."""
