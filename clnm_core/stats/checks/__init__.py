"""What could be wrong with the data or the study?

Each check is a pure function from arrays or frames to a
:class:`~clnm_core.stats.checks.result.Check`: found, clear, or not checked because the data it
needs are not there. Codes are stable; each has a page in ``docs/checks``.

====  =============  =====================================================================
C01   error          patients with cases in more than one split
C02   error          exactly the same image in more than one split
C03   error, info    near-duplicate images: across splits an error, within one a note
C04   warning        exactly the same image under different patients
C05   warning        different patients with identical recorded values
C06   error          a split made by image or case instead of by patient
C07   error          a model that gives every case the same risk
C08   warning        two models that give the same risks
C09   info           risks that take few different values
C10   error          risks outside 0 to 1, or missing
C11   warning        suspiciously round risks
C12   warning        training risks that are better than those of new patients
C13   warning        suspiciously round measured numbers
C14   error          predictors that are known only after the outcome
C15   warning        too few events per predictor
C16   warning        a claimed interval that is narrower than its numbers of cases allow
C17   info           training and test cases that can be told apart
C18   warning        a centre at which a model is worse than elsewhere
C19   warning        a group of patients to whom a model's risks do not fit
====  =============  =====================================================================

Checks that rest on tests (C05, C06, C11 to C13, C17 to C19) allow themselves one false alarm in a
hundred cohorts each, all their tests together.
"""

from __future__ import annotations

CODES: dict[str, str] = {
    "C01": "Patients in more than one split",
    "C02": "The same image in more than one split",
    "C03": "Near-duplicate images",
    "C04": "The same image under different patients",
    "C05": "Different patients with identical values",
    "C06": "A split made by image",
    "C07": "The same risk for every case",
    "C08": "Two models with the same risks",
    "C09": "Few different risks",
    "C10": "Risks outside 0 to 1",
    "C11": "Suspiciously round risks",
    "C12": "Training risks better than new ones",
    "C13": "Suspiciously round measurements",
    "C14": "Predictors known only after the outcome",
    "C15": "Too few events per predictor",
    "C16": "An interval narrower than possible",
    "C17": "Training and test differ",
    "C18": "A centre where a model is worse",
    "C19": "A group to which risks do not fit",
}
"""What each check looks for, in a few words."""
