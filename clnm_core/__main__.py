"""``python -m clnm_core COMMAND``."""

import sys

from clnm_core.cli import main

sys.exit(main())
