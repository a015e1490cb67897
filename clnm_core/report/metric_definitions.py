"""What does each measure of the audit mean, and where does its interval come from?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """One term in a clinician's words.

    ``name`` is the metric's name in the audit, empty for a term that is not a metric.
    """

    name: str
    term: str
    meaning: str
    interval: str
    reference: str


METRIC_DEFINITIONS = (
    Definition(
        "auc",
        "AUC (area under the ROC curve)",
        "Chance that a case with metastasis has a higher risk than one without; ties count half.",
        "DeLong; patient-clustered (Obuchowski) where a patient has several cases",
        "DeLong 1988, doi:10.2307/2531595; Obuchowski 1997, doi:10.2307/2533958",
    ),
    Definition(
        "average_precision",
        "Average precision",
        "Precision averaged over recall, in steps; a model without skill gives the prevalence.",
        "Student's t on the logit of the value, standard error by the infinitesimal jackknife",
        "Boyd 2013, doi:10.1007/978-3-642-40994-3_29",
    ),
    Definition(
        "brier",
        "Brier score",
        "Mean squared distance between risk and outcome; 0 is perfect.",
        "Wald on the log-odds",
        "Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2",
    ),
    Definition(
        "brier_scaled",
        "Scaled Brier score",
        "1 minus Brier over the Brier of always saying the prevalence; 1 is perfect, 0 no skill.",
        "delta method",
        "Steyerberg 2010, doi:10.1097/EDE.0b013e3181c30fb2",
    ),
    Definition(
        "calibration_intercept",
        "Calibration intercept",
        "Whether risks are too high (below 0) or too low (above 0) on the whole, on the log-odds scale.",
        "Wald with the sandwich, logistic model with the log-odds of the risk as offset",
        "Van Calster 2019, doi:10.1186/s12916-019-1466-7",
    ),
    Definition(
        "calibration_slope",
        "Calibration slope",
        "1 is right; below 1 the risks are too extreme, above 1 too timid.",
        "Wald with the sandwich, logistic model on the log-odds of the risk",
        "Cox 1958, doi:10.1093/biomet/45.3-4.562",
    ),
    Definition(
        "o_e_ratio",
        "Observed over expected",
        "Cases with metastasis over the sum of risks; 1 is right, above 1 the model says too little.",
        "on the log scale, delta method",
        "Debray 2017, doi:10.1136/bmj.i6460",
    ),
    Definition(
        "ici",
        "Integrated calibration index (ICI)",
        "Mean distance between risk and the flexible calibration curve; 0 is right. It knows only "
        "bends that the curve can follow.",
        "holds the true errors that agree with the measured one (test inversion), by patient",
        "Austin 2019, doi:10.1002/sim.8281",
    ),
    Definition(
        "ece",
        "Expected calibration error (ECE)",
        "Mean distance between mean risk and observed share over bins, weighted by their size.",
        "holds the true errors that agree with the measured one (test inversion), by patient",
        "Naeini 2015, AAAI 29:2901",
    ),
    Definition(
        "sensitivity",
        "Sensitivity",
        "Share of cases with metastasis whose risk reaches the threshold.",
        "Wilson; on the effective number of cases where a patient has several",
        "Wilson 1927, doi:10.1080/01621459.1927.10502953",
    ),
    Definition(
        "specificity",
        "Specificity",
        "Share of cases without metastasis whose risk stays below the threshold.",
        "as sensitivity",
        "Wilson 1927, doi:10.1080/01621459.1927.10502953",
    ),
    Definition(
        "ppv",
        "Positive predictive value (PPV)",
        "Share with metastasis among those at or above the threshold; holds for this prevalence.",
        "as sensitivity",
        "Wilson 1927, doi:10.1080/01621459.1927.10502953",
    ),
    Definition(
        "npv",
        "Negative predictive value (NPV)",
        "Share without metastasis among those below the threshold; holds for this prevalence.",
        "as sensitivity",
        "Wilson 1927, doi:10.1080/01621459.1927.10502953",
    ),
    Definition(
        "accuracy",
        "Accuracy",
        "Share of cases on the right side of the threshold.",
        "as sensitivity",
        "Wilson 1927, doi:10.1080/01621459.1927.10502953",
    ),
    Definition(
        "f1",
        "F1",
        "Harmonic mean of sensitivity and positive predictive value.",
        "Wilson, for the share of true positives among all but true negatives",
        "van Rijsbergen 1979",
    ),
    Definition(
        "balanced_accuracy",
        "Balanced accuracy",
        "Mean of sensitivity and specificity.",
        "joins those of sensitivity and specificity (MOVER)",
        "Brodersen 2010, doi:10.1109/ICPR.2010.764",
    ),
    Definition(
        "mcc",
        "Matthews correlation (MCC)",
        "Correlation between being flagged and having metastasis, from -1 to 1.",
        "Fisher's z, delta method, half a case added to each count",
        "Matthews 1975, doi:10.1016/0005-2795(75)90109-9",
    ),
    Definition(
        "flag_rate",
        "Flag rate",
        "Share of cases whose risk reaches the threshold.",
        "as sensitivity",
        "Wilson 1927, doi:10.1080/01621459.1927.10502953",
    ),
)
"""The measures of :data:`clnm_core.stats.metrics.METRICS`, in their order."""
