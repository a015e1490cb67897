"""What can go wrong that a reader of the dashboard can mend.

::

    ClnmError
    ├── InputError              something that was given cannot be used as it is
    │   ├── TableError          a table: file, row, column, value
    │   ├── MappingError        the mapping of a table's columns to the registry
    │   ├── ImageError          an image: unreadable, unsafe or of the wrong kind
    │   ├── FormError           the form of one case
    │   └── LinkError           a link names something that is not there
    ├── CohortError
    │   ├── UnknownCohortError  no cohort of that name
    │   ├── EmptyCohortError    no case is left after the filters
    │   └── MissingOutcomeError the outcome is not recorded for these cases
    ├── ModelError
    │   ├── UnknownModelError   no model of that name
    │   ├── PredictorError      a column may not, or cannot, be used as predictor
    │   ├── TrainingError       a system cannot be trained on these cases, or not as asked
    │   ├── TrainingStopped     a training was asked to stop, and has stopped
    │   └── UnfitCaseError      a case lacks what the model reads
    ├── FeatureError            features cannot be extracted or used as asked
    │   └── DeviceError         the device that was asked for is not there
    ├── JobError                a job cannot be started, cancelled or resumed
    └── StoreError
        ├── NoStoreError        there is no store yet
        └── StoreBusyError      another process is publishing

Every message is one or two sentences for a clinician: what is wrong, where, what to do.
"""

from __future__ import annotations


class ClnmError(Exception):
    """Something that the reader can mend; ``str(error)`` is the sentence to show."""


class InputError(ClnmError):
    """Something that was given cannot be used as it is."""


class TableError(InputError):
    """A table cannot be read, or breaks a rule.

    Parameters
    ----------
    message : str
        The sentence for the reader; names file, row, column and value where known.
    rows : sequence of int, optional
        Row numbers as a spreadsheet counts them (the header is row 1).

    """

    def __init__(self, message: str, rows: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.rows = rows


class MappingError(InputError):
    """The mapping names a column, unit or level that does not fit."""


class ImageError(InputError):
    """An image is unreadable, unsafe or of the wrong kind."""


class FormError(InputError):
    """A value in the form of one case does not fit its column."""


class LinkError(InputError):
    """A link asks for something that this store does not have."""


class CohortError(ClnmError):
    """A cohort cannot answer what was asked."""


class UnknownCohortError(CohortError):
    """No cohort of that name is in the store."""


class EmptyCohortError(CohortError):
    """No case is left after the filters."""


class MissingOutcomeError(CohortError):
    """The outcome is not recorded for these cases."""


class ModelError(ClnmError):
    """A model cannot do what was asked."""


class UnknownModelError(ModelError):
    """No model of that name is in the store."""


class PredictorError(ModelError):
    """A column may not, or cannot, be used as a predictor."""


class TrainingError(ModelError):
    """A system cannot be trained on these cases, or not with these settings."""


class TrainingStopped(ModelError):
    """A training was asked to stop, and has stopped; its last checkpoint is kept."""


class UnfitCaseError(ModelError):
    """A case lacks an input that the model cannot do without."""


class FeatureError(ClnmError):
    """Features cannot be extracted, or not be used, as asked."""


class DeviceError(FeatureError):
    """The device that was asked for is not there."""


class JobError(ClnmError):
    """A job cannot be started, cancelled or resumed."""


class StoreError(ClnmError):
    """The store cannot do what was asked."""


class NoStoreError(StoreError):
    """There is no store at that place yet."""


class StoreBusyError(StoreError):
    """Another process is publishing the next version."""
