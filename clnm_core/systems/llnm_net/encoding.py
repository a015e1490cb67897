"""How do a case's numbers and words become what the network takes in?

All that is learned here (means, spreads, the vocabulary) comes from the training cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from clnm_core.errors import ModelError
from clnm_core.systems.llnm_net.config import Config
from clnm_core.systems.llnm_net.prepared import Prepared
from clnm_core.systems.llnm_net.text.bert_folder import BertTokenizer, open_folder
from clnm_core.systems.llnm_net.text.tokens import Tokenizer, learn_tokenizer

_FAR = 6.0
"""Standard deviations beyond which a number counts as that far."""

BY_SIZE = ("texture_whole", "texture")
"""Groups whose numbers also come multiplied by the size of the lesion: statistics of few pixels
say less than those of many, and how much less a sum of them cannot know."""

_SIZE_COLUMN = -1  # of texture_whole: logarithm of the side in mm


@dataclass(frozen=True, eq=False)
class Encoder:
    """How cases become tensors.

    Parameters
    ----------
    centre, scale : dict of str to numpy.ndarray of float32, shape (values,)
        Mean and standard deviation of each value of a group among the training cases.
    tokenizer : Tokenizer or BertTokenizer, or None
        ``None`` where no report is read.
    has_demographics : bool
    bert_digest : str
        Of the BERT that reads the report; empty without one.

    """

    centre: dict[str, NDArray[np.float32]]
    scale: dict[str, NDArray[np.float32]]
    tokenizer: Tokenizer | BertTokenizer | None
    has_demographics: bool
    bert_digest: str = ""

    @property
    def reads(self) -> tuple[int, int]:
        """Numbers that a token of a report may have, and tokens of a report; zeros without one."""
        if self.tokenizer is None:
            return 0, 0
        if isinstance(self.tokenizer, Tokenizer):
            return self.tokenizer.vocabulary, self.tokenizer.most
        return 0, self.tokenizer.length

    def encoded(self, cases: Prepared) -> dict[str, NDArray[Any]]:
        """Arrays with one entry per case.

        Returns
        -------
        dict
            ``value.GROUP`` (n, 2, tokens, values) and ``says.GROUP`` (n, 2, tokens) by group;
            ``ids`` and ``numbers`` (n, length) where a report is read.

        """
        found: dict[str, NDArray[Any]] = {}
        for group, values in cases.values.items():
            says = cases.says[group]
            found[f"value.{group}"] = self._standard(group, values, says)
            found[f"says.{group}"] = says
        size = found.get("value.texture_whole")
        if size is not None and size.shape[2] == 1:
            side = size[..., _SIZE_COLUMN:].copy()
            for group in BY_SIZE:
                own = found[f"value.{group}"]
                found[f"value.{group}"] = np.concatenate([own, own * side], axis=-1)
        if self.has_demographics:
            for name, values in (("sex", cases.male), ("age", cases.age)):
                is_known = np.isfinite(values)[:, None, None, None].repeat(2, axis=1)
                plain = np.nan_to_num(values)[:, None, None, None].repeat(2, axis=1)
                standard = self._standard(name, plain, is_known[..., 0])
                found[f"value.{name}"] = np.concatenate([standard, ~is_known], axis=-1)
                found[f"says.{name}"] = np.ones(is_known.shape[:3], dtype=bool)
        if self.tokenizer is not None:
            read = self.tokenizer.encoded(cases.texts)
            found["ids"], found["numbers"] = read.ids, read.values
        return found

    def _standard(
        self, group: str, values: NDArray[np.floating], says: NDArray[np.bool_]
    ) -> NDArray[np.floating]:
        kind = values.dtype  # pixels stay at half precision
        standard = (values - self.centre[group].astype(kind)) / self.scale[group].astype(kind)
        return np.where(says[..., None], np.clip(standard, -_FAR, _FAR), 0).astype(kind)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """What is kept as tensors; :meth:`restored` reads it back."""
        return {
            f"{part}.{group}": values
            for part in ("centre", "scale")
            for group, values in getattr(self, part).items()
        }

    def facts(self) -> dict[str, Any]:
        """What is kept as plain values; with a BERT, its folder says how reports are read."""
        own = self.tokenizer.to_dict() if isinstance(self.tokenizer, Tokenizer) else None
        return {
            "tokenizer": own,
            "has_demographics": self.has_demographics,
            "bert_digest": self.bert_digest,
        }

    @staticmethod
    def restored(
        tensors: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], config: Config
    ) -> Encoder:
        """The encoder of :meth:`tensors` and :meth:`facts`.

        Raises
        ------
        ModelError
            If these are not its values, or the BERT is not where it was.

        """
        parts: dict[str, dict[str, NDArray[np.float32]]] = {"centre": {}, "scale": {}}
        for name, values in tensors.items():
            part, _, group = name.partition(".")
            if part in parts:
                parts[part][group] = values
        digest = str(facts.get("bert_digest", ""))
        tokenizer: Tokenizer | BertTokenizer | None = None
        if config.report and config.bert_folder:
            tokenizer = _bert(config, digest)[0]
        elif config.report:
            kept = facts.get("tokenizer")
            if not isinstance(kept, Mapping):
                raise ModelError("The vocabulary of this model is missing. Train the model again.")
            tokenizer = Tokenizer.from_dict(kept)
        return Encoder(
            **parts,
            tokenizer=tokenizer,
            has_demographics=facts.get("has_demographics") is True,
            bert_digest=digest,
        )


def learn_encoder(cases: Prepared, config: Config) -> Encoder:
    """Learn means, spreads and the vocabulary from training cases.

    Each value is centred on its mean over the tokens of its group that say something; the pixels
    of an image share one mean and one spread. What never varies is left as it is.
    """
    centre: dict[str, NDArray[np.float32]] = {}
    scale: dict[str, NDArray[np.float32]] = {}
    for group, values in cases.values.items():
        said = values[cases.says[group]].astype(np.float64)
        is_image = config.patches == "pixels" and values.shape[-1] > 1
        centre[group], scale[group] = _standards(said, axis=None if is_image else 0)
    if config.demographics:
        for name, known in (("sex", cases.male), ("age", cases.age)):
            plain = known[np.isfinite(known)].astype(np.float64)
            centre[name], scale[name] = _standards(plain[:, None], axis=0)
    tokenizer: Tokenizer | BertTokenizer | None = None
    digest = ""
    if config.report and config.bert_folder:
        tokenizer, digest = _bert(config, "")
    elif config.report:
        tokenizer = learn_tokenizer(
            cases.texts,
            most=config.report_length,
            counted_in="characters" if config.report_unit == "characters" else "tokens",
        )
    return Encoder(centre, scale, tokenizer, config.demographics, digest)


def as_tensors(arrays: Mapping[str, NDArray[Any]], rows: NDArray[np.int64]) -> dict[str, Tensor]:
    """Some rows of :meth:`Encoder.encoded`; numbers at single precision."""
    return {
        name: torch.from_numpy(
            values[rows].astype(np.float32) if name.startswith("value.") else values[rows]
        )
        for name, values in arrays.items()
    }


def _standards(
    said: NDArray[np.float64], *, axis: int | None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    if not said.size:
        wide = said.shape[-1]
        return np.zeros(wide, dtype=np.float32), np.ones(wide, dtype=np.float32)
    centre, scale = np.atleast_1d(said.mean(axis=axis)), np.atleast_1d(said.std(axis=axis))
    return centre.astype(np.float32), np.where(scale > 1e-6, scale, 1.0).astype(np.float32)


def _bert(config: Config, digest: str) -> tuple[BertTokenizer, str]:
    folder = open_folder(Path(config.bert_folder), digest=digest)
    reader = folder.reader(most=config.report_length, counted_in=config.report_unit)
    return reader, folder.digest
