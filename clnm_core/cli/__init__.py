"""The command line: ``python -m clnm_core COMMAND``.

What happens: the first word names a module of this package; it declares its arguments,
runs, and returns a dictionary. ``--json`` writes that dictionary for machines; without
it a few lines for people go to standard output. Progress goes to standard error. A
mistake that can be mended ends with one sentence and exit code 2, never a traceback.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from clnm_core import __version__
from clnm_core.cli.output import write_json
from clnm_core.errors import ClnmError

COMMANDS = {
    "demo": ("demo", "make the synthetic demo cohorts"),
    "import": ("import_table", "import a cohort table, with images if there are any"),
    "predictions": ("predictions", "add the predictions of a model made elsewhere"),
    "extract": ("extract", "extract features from the images of a cohort"),
    "segment": ("segment", "train or run the outlining of gland and nodule"),
    "train": ("train", "train a model on a cohort"),
    "ablate": ("ablate", "train LLNM-Net without each of its inputs, and compare"),
    "models": ("models", "list the models and their versions, write a card, retire one"),
    "audit": ("audit", "audit predictions, from a file or from the store"),
    "predict": ("predict", "predict one case"),
    "score": ("score", "judge many cases in one go, from a table, from pictures or both"),
    "worker": ("worker", "run the jobs that wait, one after the other"),
    "verify": ("verify", "check the audit trail, hashes and snapshots"),
    "serve": ("serve", "open the dashboard in a browser"),
    "doctor": ("doctor", "say what is installed, stored and wrong"),
}
"""Command: its module in this package, and what it is for."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. See {self.prog} --help.\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 2 a mistake that can be mended."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] not in COMMANDS:
        return _without_command(arguments)
    name = arguments[0]
    module_name, purpose = COMMANDS[name]
    command = import_module(f"{__name__}.{module_name}")
    parser = _Parser(prog=f"clnm_core {name}", description=f"{purpose[0].upper()}{purpose[1:]}.")
    command.add_arguments(parser)
    parser.add_argument(
        "--json", metavar="PATH", help="write the result as JSON; - is standard output"
    )
    try:
        options = parser.parse_args(arguments[1:])
        result = command.run(options)
        if options.json:
            write_json(result, options.json)
        else:
            sys.stdout.write(command.summary(result) + "\n")
    except ClnmError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except SystemExit as leaving:
        return int(leaving.code or 0)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. Nothing was changed.\n")
        return 130
    return 0


def _without_command(arguments: list[str]) -> int:
    width = max(map(len, COMMANDS))
    lines = [f"  {name.ljust(width)}  {purpose}" for name, (_, purpose) in COMMANDS.items()]
    listing = "\n".join(["usage: clnm_core COMMAND [options]", "", *lines])
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.stdout.write(listing + "\n")
        return 0
    if arguments[0] == "--version":
        sys.stdout.write(f"{__version__}\n")
        return 0
    sys.stderr.write(
        f"There is no command {arguments[0]!r}. The commands are {', '.join(COMMANDS)}.\n"
    )
    return 2
