"""Where do results, progress and files of the command line go and come from?"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clnm_core.errors import InputError


def write_json(value: Mapping[str, Any], target: str) -> None:
    """Write a result for machines; ``-`` is standard output. NaN is refused."""
    write_text(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n", target)


def write_text(text: str, target: str) -> None:
    """Write a text file, or to standard output for ``-``."""
    if target == "-":
        sys.stdout.write(text)
        return
    try:
        Path(target).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{target} cannot be written: {error.strerror}. Choose another place."
        ) from None


def write_bytes(data: bytes, target: str) -> None:
    """Write a file that is no text, or to standard output for ``-``."""
    if target == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        Path(target).write_bytes(data)
    except OSError as error:
        raise InputError(
            f"{target} cannot be written: {error.strerror}. Choose another place."
        ) from None


def show_progress(share: float, step: str) -> None:
    """One line per step on standard error; ``share`` is how far, in [0, 1]."""
    sys.stderr.write(f"{share:4.0%}  {step}\n")
    sys.stderr.flush()


def read_bytes(path: str) -> bytes:
    """The content of a file that somebody named."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check the name.") from None


def read_toml(path: str) -> dict[str, Any]:
    """The content of a TOML file that somebody named."""
    try:
        return tomllib.loads(read_bytes(path).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not a TOML file: {error}. Correct it.") from None
    except RecursionError:
        raise InputError(f"{path} is nested too deeply. Write one value to a line.") from None
