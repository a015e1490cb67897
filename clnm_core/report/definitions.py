"""What does each number of the dashboard mean, and where does its interval come from?

The Methods page and the reports read this table; a test holds it against the metrics
that the audit computes.
"""

from __future__ import annotations

from clnm_core.report.metric_definitions import METRIC_DEFINITIONS, Definition

DEFINITIONS = (
    *METRIC_DEFINITIONS,
    Definition(
        "",
        "Net benefit",
        "True positives minus false positives weighted by the odds of the threshold, per case. "
        "A case is treated when its risk is at or above the threshold, so at threshold 0 everyone is.",
        "resampled by patient",
        "Vickers 2006, doi:10.1177/0272989X06295361",
    ),
    Definition(
        "",
        "E50 and E90",
        "Distance between risk and the flexible calibration curve that half, and nine in ten, of the "
        "cases do not exceed; 0 is right.",
        "as ICI",
        "Austin 2019, doi:10.1002/sim.8281",
    ),
    Definition(
        "",
        "Interventions avoided",
        "Treatments saved per 100 patients by following the model in place of treating everyone, net "
        "of the metastases missed, each weighed as the threshold weighs it.",
        "resampled by patient",
        "Vickers 2008, doi:10.1186/1472-6947-8-53",
    ),
    Definition(
        "",
        "Clinical impact",
        "Of 1,000 patients like these, how many are flagged at a threshold, and how many of those "
        "have metastasis.",
        "resampled by patient",
        "Kerr 2016, doi:10.1200/JCO.2015.65.5654",
    ),
    Definition(
        "",
        "Partial AUC",
        "Area under a part of the ROC curve, from a specificity or sensitivity up to 100 %; as the "
        "mean of the other rate there, and standardised so that chance is 0.5.",
        "logit, from cut placement values; patient-clustered where a patient has several cases",
        "McClish 1989, doi:10.1177/0272989X8900900307; Dodd 2003, doi:10.1111/1541-0420.00071",
    ),
    Definition(
        "",
        "Recalibration",
        "Risks put right by a correction that was fitted on other patients: moved (intercept), moved "
        "and stretched (slope), or replaced by rising steps (isotonic).",
        "those of the measures, on the patients it was not fitted on",
        "Steyerberg 2004, doi:10.1002/sim.1844; Zadrozny 2002, doi:10.1145/775047.775151",
    ),
    Definition(
        "",
        "Carried threshold",
        "A threshold that a rule (Youden, a sensitivity, a specificity) chose on one split, judged "
        "unchanged on the others; from costs it is 1 / (1 + false alarms per missed case).",
        "as sensitivity; that of the threshold itself is not shown",
        "Youden 1950, doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3; "
        "Pauker 1975, doi:10.1056/NEJM197507312930505",
    ),
    Definition(
        "",
        "Predictive value at another prevalence",
        "What PPV and NPV would be where more, or fewer, have metastasis, if sensitivity and "
        "specificity stay what they are.",
        "MOVER-R from the intervals of sensitivity and specificity",
        "Newcombe 2016, doi:10.1177/0962280213502144",
    ),
    Definition(
        "",
        "Standardised mean difference (SMD)",
        "Difference between groups in units of their pooled standard deviation; above 0.1 is often called "
        "a difference. With more than two groups the largest pair is shown.",
        "none",
        "Austin 2009, doi:10.1002/sim.3697; Yang and Dalton 2012, SAS Global Forum 335",
    ),
    Definition(
        "",
        "Two-sample AUC",
        "How well a classifier that does not see the outcome tells two parts of a study apart, on "
        "patients it has not seen; 0.5 means that the recorded values show no difference.",
        "DeLong; patient-clustered (Obuchowski) where a patient has several cases",
        "Lopez-Paz 2017, arXiv:1610.06545",
    ),
    Definition(
        "",
        "Leave one centre out",
        "The clinical baseline is trained without the patients of one centre and judged there, for "
        "each centre in turn: what to expect at a new hospital.",
        "as the AUC",
        "Debray 2013, doi:10.1002/sim.5732",
    ),
    Definition(
        "",
        "Difference in AUC between models",
        "AUC of one model minus that of another on the same cases; areas on the same cases go up and "
        "down together, so two intervals that overlap do not mean that there is no difference.",
        "paired DeLong; paired Obuchowski where a patient has several cases",
        "DeLong 1988, doi:10.2307/2531595; Obuchowski 1997, doi:10.2307/2533958",
    ),
    Definition(
        "",
        "Difference in sensitivity, specificity or accuracy between models",
        "Share that one model calls rightly minus that of another; only cases that the two call "
        "differently count. Its p is McNemar's, mid-p.",
        "Tango; at the effective number of cases where a patient has several",
        "Tango 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B; "
        "Fagerland 2013, doi:10.1186/1471-2288-13-91",
    ),
    Definition(
        "",
        "Net reclassification (NRI)",
        "Share with the outcome that a new model moves to a higher group of risk less the share that it "
        "moves lower, plus the reverse among cases without it; continuous: any change of the risk counts. "
        "It can favour badly calibrated models.",
        "Tango for both parts, joined for the sum; by patient where a patient has several cases",
        "Pencina 2008, doi:10.1002/sim.2929; Hilden 2014, doi:10.1002/sim.5804",
    ),
    Definition(
        "",
        "Integrated discrimination improvement (IDI)",
        "How much further apart the mean risks of cases with and without the outcome are with a new "
        "model. It can favour badly calibrated models.",
        "Welch, on paired differences of risks; by patient where a patient has several cases",
        "Pencina 2008, doi:10.1002/sim.2929; Hilden 2014, doi:10.1002/sim.5804",
    ),
    Definition(
        "",
        "AUC of the winner, corrected",
        "What the model that looks best of several is expected to reach on new cases; its AUC on the "
        "cases that it was picked on is in part luck.",
        "percentiles of resamples, each of which picks its own winner",
        "Tsamardinos 2018, doi:10.1007/s10994-018-5714-4",
    ),
    Definition(
        "",
        "Risk against capsule distance",
        "Logistic model with a restricted cubic spline of the distance; central and lateral neck are "
        "never pooled.",
        "pointwise Wald band on the log-odds",
        "Harrell 2015, doi:10.1007/978-3-319-19425-7",
    ),
    Definition(
        "",
        "Average reader",
        "Mean of the readers' figures on the same cases. A difference from it counts readers and "
        "cases as samples: other readers, of other patients, would differ as much.",
        "Obuchowski and Rockette, with Hillis' degrees of freedom; on the log-odds for an average",
        "Obuchowski 1995, doi:10.1080/03610919508813243; Hillis 2007, doi:10.1002/sim.2532",
    ),
    Definition(
        "",
        "Kappa",
        "Agreement of readers beyond chance: 1 is perfect, 0 what calling as often without looking "
        "would give. It falls when one call is rare.",
        "large sample of cases, by patient",
        "Cohen 1960, doi:10.1177/001316446002000104; Fleiss 1971, doi:10.1037/h0031619",
    ),
    Definition(
        "",
        "Gap between groups",
        "A group's figure less, or divided by, that of the largest group of the column. It is shown "
        "where the interval of the difference excludes 0, ruled out where it lies within the margin, "
        "and not decided otherwise.",
        "bootstrap of the counts; from both groups' intervals for AUC and observed over expected, "
        "and for small counts",
        "Zou 2008, doi:10.1002/sim.3095; Donner 2012, doi:10.1177/0962280210383082",
    ),
    Definition(
        "",
        "Adjusted p",
        "Among the gaps with an adjusted p below 0.05, about one in twenty is expected to be chance, "
        "however many groups and measures were compared.",
        "none; p from the interval of the difference",
        "Benjamini 1995, doi:10.1111/j.2517-6161.1995.tb02031.x; Altman 2011, doi:10.1136/bmj.d2304",
    ),
    Definition(
        "",
        "Cases needed",
        "Cases in all, of the same mix of groups, with which the interval of a gap is no wider than "
        "the margin: it then excludes 0 or lies within the margin, whatever the truth.",
        "none",
        "Bland 2009, doi:10.1136/bmj.b3985",
    ),
    Definition(
        "",
        "Groups taken together",
        "Whether the groups of a column differ at all: in how far their risks are off, in how steeply "
        "the outcome follows the risk, and in AUC.",
        "likelihood-ratio tests of a logistic recalibration, or Wald tests by patient; homogeneity of "
        "AUCs",
        "Vergouwe 2017, doi:10.1002/sim.7179; Cochran 1954, doi:10.2307/3001666",
    ),
    Definition(
        "",
        "Group in which a model errs most",
        "A group of one or two columns that one half of the patients suggests and the other half, "
        "which had no say in the choice, confirms: its mean error lies above that of the other "
        "cases there.",
        "Student's t by patient, corrected for the groups carried over",
        "Chung 2020, doi:10.1109/TKDE.2019.2916074; Benjamini 1995, "
        "doi:10.1111/j.2517-6161.1995.tb02031.x",
    ),
    Definition(
        "",
        "Brier excess",
        "Mean squared distance between risk and outcome beyond what the risks themselves allow "
        "for, (y - p)^2 - p(1 - p); 0 on average where risks are right, above 0 where they are "
        "too sure.",
        "as for the groups in which a model errs most",
        "Spiegelhalter 1986, doi:10.1002/sim.4780050506",
    ),
    Definition(
        "",
        "Adjusted risk against capsule distance",
        "Mean risk if every case lay at that distance and kept its age, sex, size and whatever else "
        "is chosen; beside it the unadjusted curve of the same cases.",
        "sandwich variance of the standardised risk, by patient",
        "Robins 1986, doi:10.1016/0270-0255(86)90088-6",
    ),
    Definition(
        "",
        "Following the capsule effect",
        "Whether mean risk minus observed share stays within the margin at every distance once the "
        "risks are right on average; refuted, or not enough data, otherwise.",
        "Wilson in bands; generalised score test along the distance",
        "Boos 1992, doi:10.1080/00031305.1992.10475921",
    ),
    Definition(
        "",
        "METRICS and RQS scores",
        "Points of the checklist items whose answer is known; the range beside it is what the open "
        "items can still make of it.",
        "none",
        "Kocak 2024, doi:10.1186/s13244-023-01572-w; Lambin 2017, doi:10.1038/nrclinonc.2017.141",
    ),
    Definition(
        "",
        "Unknown",
        "A missing value is its own state. NX and necks that were not dissected are unknown, never "
        "negative; such cases are counted and left out of figures that need the outcome.",
        "none",
        "",
    ),
)
