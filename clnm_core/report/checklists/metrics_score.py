"""What does METRICS ask of a radiomics study, and what is each item worth? Paraphrased."""

from __future__ import annotations

from clnm_core.report.checklists.items import Checklist, Item, Scoring


def _item(
    id: str, section: str, topic: str, weight: float, asks: str, fact: str = "", still: str = ""
) -> Item:
    return Item(id, section, topic, asks, fact, still, 0.0, weight)


METRICS_SCORE = Checklist(
    name="metrics",
    title="METRICS 2024",
    about="Methodological quality of a radiomics study: 30 weighted items, as per cent of those "
    "that apply.",
    reference="Kocak B, Akinci D'Antonoli T, Mercaldo N, et al. METhodological RadiomICs Score "
    "(METRICS). Insights Imaging 2024;15:8. doi:10.1186/s13244-023-01572-w",
    scoring=Scoring.WEIGHTS,
    items=(
        _item(
            *("1", "Study design", "Guidelines followed", 3.68),
            "A checklist made for radiomics or machine learning was followed and filled in.",
        ),
        _item(
            *("2", "Study design", "Eligibility", 7.35),
            "Criteria describe patients who stand for those the model is meant for.",
        ),
        _item(
            *("3", "Study design", "Reference standard", 9.19),
            "The truth is of high quality and clearly defined.",
        ),
        _item(
            *("4", "Imaging data", "Several centres", 4.38),
            "Data come from more than one centre.",
            "several_centres",
        ),
        _item(
            *("5", "Imaging data", "Clinical source", 2.92),
            "The images are of a kind that is used in care.",
        ),
        _item(
            *("6", "Imaging data", "Protocol", 4.38),
            "Acquisition is described with its settings.",
        ),
        _item(
            *("7", "Imaging data", "Time to the reference", 2.92),
            "The interval between imaging and reference standard is given and short.",
        ),
        _item(
            *("8", "Segmentation", "Described", 3.37),
            "How outlines were made can be followed. Applies where there is segmentation.",
        ),
        _item(
            *("9", "Segmentation", "Automatic one evaluated", 2.25),
            "Automatic outlines were measured against a reference. Applies where they are fully "
            "automatic.",
        ),
        _item(
            *("10", "Segmentation", "Test set by one reader or tool", 1.12),
            "In the test set outlines are from one reader or tool, as they would be in practice. "
            "Applies where there is segmentation.",
        ),
        _item(
            *("11", "Processing and features", "Preprocessing", 6.22),
            "Suitable steps, described. Applies to hand-crafted features.",
        ),
        _item(
            *("12", "Processing and features", "Standardised software", 3.11),
            "Features from software that follows a standard. Applies to hand-crafted features.",
        ),
        _item(
            *("13", "Processing and features", "Settings", 4.15),
            "Settings of extraction are given, or said to be the defaults. Applies to "
            "hand-crafted features.",
        ),
        _item(
            *("14", "Feature handling", "Unstable features removed", 2.00),
            "Features that change between readers or scans are removed. Applies to tables of features.",
        ),
        _item(
            *("15", "Feature handling", "Redundant features removed", 2.00),
            "Features that say the same are removed. Applies to tables of features.",
        ),
        _item(
            *("16", "Feature handling", "Few enough features", 3.00),
            "Their number suits the number of cases. Applies to tables of features.",
            *("events_per_variable", ""),
        ),
        _item(
            *("17", "Feature handling", "Deep learning pipeline robust", 2.00),
            "An end-to-end network was tested for robustness. Applies to those.",
        ),
        _item(
            *("18", "Preparation for modelling", "Partitions", 5.99),
            "Patients are parted before anything is learned, and no patient is in two parts.",
            "disjoint",
        ),
        _item(
            *("19", "Preparation for modelling", "Confounders", 3.00),
            "What could explain the result otherwise was looked for and handled.",
        ),
        _item(
            *("20", "Metrics and comparison", "Suitable measures", 3.52),
            "Measures of performance suit the task.",
            "measures",
        ),
        _item(
            *("21", "Metrics and comparison", "Uncertainty", 2.34),
            "Measures have intervals or tests.",
            "uncertainty",
        ),
        _item(
            *("22", "Metrics and comparison", "Calibration", 1.76),
            "Predicted and observed risks were compared.",
            "calibration",
        ),
        _item(
            *("23", "Metrics and comparison", "One kind of image", 1.17),
            "One kind of image is used, or shown to be worse than several.",
            "modalities",
        ),
        _item(
            *("24", "Metrics and comparison", "Against a non-radiomic approach", 2.93),
            "Compared with clinical data or readers, or shown to add to them.",
            "clinical_rival",
        ),
        _item(
            *("25", "Metrics and comparison", "Against a simple model", 1.76),
            "Compared with a classical statistical model.",
            "simple_rival",
        ),
        _item(
            *("26", "Testing", "Internal test", 3.75),
            "Tested on held-out cases of the same source.",
            "internal",
        ),
        _item(
            *("27", "Testing", "External test", 7.49),
            "Tested on cases of another source.",
            "external",
        ),
        _item(*("28", "Open science", "Data", 0.75), "Others can obtain the data."),
        _item(*("29", "Open science", "Code", 0.75), "Others can obtain the code."),
        _item(*("30", "Open science", "Model", 0.75), "Others can obtain the model."),
    ),
)
