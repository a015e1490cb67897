"""Behind what does a patient disappear when a file comes in?

One secret per cohort makes new unique identifiers; one word stands for the patient; one number of
days moves all dates of this patient, so that intervals stay true and days do not.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

_KEY_BYTES = 32
_LONGEST_NAME = 64  # VR LO: Patient ID
#: A century: further away, dates leave the years that DICOM can write.
_FURTHEST_DAYS = 36_525


@dataclass(frozen=True, slots=True)
class Disguise:
    """What replaces the identity of one patient.

    Parameters
    ----------
    key : bytes
        32 bytes, secret, derived for this purpose and cohort; never written anywhere.
    patient : str
        The pseudonym that stands for the patient: up to 64 printable ASCII characters, without
        backslash, caret and equals sign, which have a meaning in DICOM.
    shift_days : int
        Added to every date of this patient; constant per patient, never 0.

    Raises
    ------
    ValueError
        If one of them cannot stand in a disguise.

    """

    key: bytes = field(repr=False)
    patient: str
    shift_days: int = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) != _KEY_BYTES:
            raise ValueError(f"key must have {_KEY_BYTES} bytes; got {len(self.key)}.")
        is_plain = self.patient.isascii() and self.patient.isprintable()
        if not is_plain or not 1 <= len(self.patient.strip()) <= _LONGEST_NAME:
            raise ValueError(f"patient must be 1 to {_LONGEST_NAME} printable ASCII characters.")
        if set(self.patient) & set("\\^="):
            raise ValueError("patient must not contain a backslash, a caret or an equals sign.")
        if self.shift_days == 0 or abs(self.shift_days) > _FURTHEST_DAYS:
            raise ValueError(
                f"shift_days must be 1 to {_FURTHEST_DAYS} days, one way or the other; "
                f"got {self.shift_days}."
            )

    def uid(self, original: str) -> str:
        """The unique identifier that takes the place of ``original``, always the same one.

        HMAC-SHA256 under the key, its first 128 bits as the UUID-derived form of DICOM PS3.5 B.2
        (version and variant bits set as for a random UUID): who lacks the key can neither compute
        it nor test a guess.

        Examples
        --------
        >>> one = Disguise(bytes(32), "P-1", -30)
        >>> one.uid("1.2.3") == Disguise(bytes(32), "P-2", 7).uid("1.2.3")
        True
        >>> one.uid("1.2.3")[:5], len(one.uid("1.2.3")) <= 64
        ('2.25.', True)

        """
        digest = hmac.digest(self.key, b"uid\0" + original.encode(), "sha256")[:16]
        number = int.from_bytes(digest, "big")
        number = number & ~(0xF << 76) | 4 << 76
        number = number & ~(0x3 << 62) | 2 << 62
        return f"2.25.{number}"
