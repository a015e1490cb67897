"""How sure is an area under the ROC curve of which only the number of cases is known?"""

from __future__ import annotations

import math


def hanley_mcneil_error(auc: float, events: int, others: int) -> float:
    """Standard error of an area from its value and the number of cases alone.

    The variance is the one that holds where ratings are exponential; DeLong's, which needs the
    ratings, differs from it little for areas under 0.95.

    Parameters
    ----------
    auc : float
        In [0, 1].
    events, others : int
        Cases with the outcome and without, at least 1 each.

    References
    ----------
    .. [1] Hanley JA, McNeil BJ. The meaning and use of the area under a receiver operating
       characteristic (ROC) curve. Radiology 1982;143:29-36.
       doi:10.1148/radiology.143.1.7063747

    Examples
    --------
    >>> round(hanley_mcneil_error(0.893, 51, 58), 4)
    0.0325

    """
    above, below = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc)
    variance += (events - 1) * (above - auc**2) + (others - 1) * (below - auc**2)
    return math.sqrt(max(variance, 0.0) / (events * others))
