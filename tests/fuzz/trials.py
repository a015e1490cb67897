"""What happens when a damaged file is read, and does anything survive that should not?

Files are read in forked processes with the limits of the product: a decoder in C that dies takes
only its process with it, and the file that killed it is known.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from clnm_core.errors import ImageError
from clnm_core.imaging.limits import Limits
from clnm_core.imaging.mask_files import masks_on
from clnm_core.imaging.reading import read_image
from tests.fuzz.seeds import SLICE_FILE

LIMITS = Limits(pixels=2**20, side=4096, frames=1000, inflated_bytes=2**24, voxels=2**22)
_OUTLINES = (b"NRRD", b"\x1f\x8b")
_MEMORY = 4 * 2**30  # address space: what the test process has itself, and 2 GiB
LONGEST_SECONDS = 5.0


@dataclass
class Outcomes:
    """What became of the files.

    Parameters
    ----------
    counts : collections.Counter
        ``read``, ``refused`` or the name of an exception, by number of files.
    deaths : list of (str, bytes)
        How a process died, and of which file.
    slowest_seconds : float
    signatures : set of str
        Where in our code and in the parsers things ended: what guides the choice of new seeds.

    """

    counts: Counter[str] = field(default_factory=Counter)
    deaths: list[tuple[str, bytes]] = field(default_factory=list)
    slowest_seconds: float = 0.0
    signatures: set[str] = field(default_factory=set)

    def words(self) -> str:
        """One line per kind of outcome."""
        lines = [f"{count:>9,}  {kind}" for kind, count in self.counts.most_common()]
        died = Counter(how for how, _ in self.deaths)
        lines += [f"{count:>9,}  process died: {how}" for how, count in died.most_common()]
        return "\n".join([*lines, f"slowest file: {self.slowest_seconds:.2f} s"])


def read_any(data: bytes) -> None:
    """Read a file as the product would: as outlines if it looks like some, else as a picture."""
    if data.startswith(_OUTLINES) or data[344:346] == b"n+" or b"RTSTRUCT" in data[:2000]:
        masks_on(data, "", SLICE_FILE, 0, LIMITS)
    elif b"CS\x04\x00SEG " in data[:2000]:
        masks_on(data, "", SLICE_FILE, 0, LIMITS)
    else:
        read_image(data, ".dcm", limits=LIMITS)


def outcome_of(data: bytes) -> tuple[str, str]:
    """Kind of outcome, and its signature."""
    try:
        read_any(data)
    except ImageError as error:
        return "refused", f"{_where(error)} {str(error)[:30]}"
    except BaseException as error:
        return type(error).__name__, f"{type(error).__name__} {_where(error)}"
    return "read", "read"


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames)


def trial(
    files: Iterator[bytes],
    outcomes: Outcomes,
    keep: Callable[[bytes], None] | None = None,
    batch: int = 500,
) -> None:
    """Read files, a batch to a process; those with a new signature are handed to ``keep``."""
    while chunk := [data for _, data in zip(range(batch), files, strict=False)]:
        done = 0
        while done < len(chunk):
            done += _in_a_process(chunk[done:], outcomes, keep)


def _in_a_process(
    files: list[bytes], outcomes: Outcomes, keep: Callable[[bytes], None] | None
) -> int:
    """How many files were dealt with; the last of them may have killed the process."""
    reading, writing = os.pipe()
    worker = os.fork()
    if worker == 0:
        os.close(reading)
        _work(files, writing)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "r", encoding="utf-8", errors="replace") as answers:
        lines = [line.rstrip("\n").split("\t") for line in answers if line.endswith("\n")]
    _, status = os.waitpid(worker, 0)
    for data, (kind, seconds, signature) in zip(files, lines, strict=False):
        outcomes.counts[kind] += 1
        outcomes.slowest_seconds = max(outcomes.slowest_seconds, float(seconds))
        if signature not in outcomes.signatures:
            outcomes.signatures.add(signature)
            if keep is not None:
                keep(data)
    if status == 0:
        return len(files)
    how = signal.Signals(status & 127).name if status & 127 else f"status {status >> 8}"
    culprit = len(lines)
    outcomes.deaths.append((how, files[culprit] if culprit < len(files) else b""))
    return culprit + 1


def _work(files: list[bytes], writing: int) -> None:
    """In the forked process: one line per file; a file that takes too long ends it."""
    import faulthandler
    import resource

    faulthandler.disable()  # it would print, over a file that pytest keeps open
    void = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(void, stream)
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(1000)
    for kind, bound in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (bound, bound))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    for data in files:
        signal.setitimer(signal.ITIMER_REAL, 4 * LONGEST_SECONDS)  # of a machine that is busy
        begun = time.process_time()
        kind, signature = outcome_of(data)
        seconds = time.process_time() - begun
        line = f"{kind}\t{seconds:.4f}\t{signature}".replace("\n", " ") + "\n"
        os.write(writing, line.encode(errors="replace"))
