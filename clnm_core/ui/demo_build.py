"""How is the demo made without holding up the server? In a process of its own.

``python -m clnm_core.ui.demo_build FOLDER`` writes one line of JSON per step to standard
output: ``{"share": 0.4, "step": "drawing images"}``; at the end ``{"done": 1}`` or
``{"error": "..."}``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from clnm_core.errors import ClnmError


def say(**words: str | float) -> None:
    """One line for the server."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def main(root: str) -> int:
    """Build and publish the demo cohorts; the exit code."""
    from clnm_core.synth.demo import build_demo

    try:
        build_demo(Path(root), progress=lambda share, step: say(share=share, step=step))
    except ClnmError as error:
        say(error=str(error))
        return 2
    except OSError as error:
        say(error=f"The demo could not be written: {error.strerror}. Free some disk space.")
        return 1
    say(done=1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
