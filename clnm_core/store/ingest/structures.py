"""Which structure does the label of an outline mean: nodule, gland or lymph node?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from clnm_core.errors import ImageError
from clnm_core.store.ingest.synonyms import plain

NODULE, GLAND, NODE = "nodule", "gland", "node"

#: In this order: a "tumour in a lymph node" is a node, a "thyroid nodule" a nodule.
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        NODE,
        re.compile(
            r"\b(lymph|lymphatic|lymph ?nodes?|nodes?|nodal|adenopath\w*|c?ln[ms]?\d*|"
            r"[gcp]tv ?nd?\d*)\b"
        ),
    ),
    (
        NODULE,
        re.compile(
            r"\b(nodules?\d*|lesions?\d*|tumou?rs?\d*|mass|carcinomas?|cancers?|neoplasms?|ptc|"
            r"[gcp]tv ?[pt]?\d*|target)\b"
        ),
    ),
    (GLAND, re.compile(r"\b(glands?|thyroid\w*|lobes?|isthmus|parenchyma)\b")),
)


def structure_of(label: str) -> str:
    """The structure that a label means; empty where it means none.

    Examples
    --------
    >>> [structure_of(label) for label in ("GTV_N1", "GTVp", "Thyroid nodule", "LN", "SpinalCord")]
    ['node', 'nodule', 'nodule', 'node', '']

    """
    words = plain(label)
    return next((structure for structure, known in _WORDS if known.search(words)), "")


def structures_of(labels: Iterable[str], *, of_file: str = NODULE) -> dict[str, str]:
    """The structure of each label of one file; labels of something else are left out.

    Parameters
    ----------
    labels : iterable of str
        At least one.
    of_file : str
        What the file's name says that it outlines: that is what its one label means where the
        label itself says nothing.

    Raises
    ------
    ImageError
        If there are several labels, and none of them is known.

    Examples
    --------
    >>> structures_of(["Brain", "GTV"]), structures_of(["Label 1"])
    ({'GTV': 'nodule'}, {'Label 1': 'nodule'})

    """
    given = list(labels)
    found = {label: structure_of(label) for label in given}
    known = {label: structure for label, structure in found.items() if structure}
    if known:
        return known
    if len(given) == 1:
        return {given[0]: of_file}
    raise ImageError(
        f"The file outlines {len(given)} structures, and none of their labels says nodule, gland "
        "or lymph node. Label them so, or give one file per structure."
    )
