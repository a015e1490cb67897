"""What does the Radiomics Quality Score count, and how many points is each? Paraphrased."""

from __future__ import annotations

from clnm_core.report.checklists.items import Checklist, Item, Scoring

RQS = Checklist(
    name="rqs",
    title="RQS",
    about="Radiomics Quality Score: 16 items, −8 to 36 points.",
    reference="Lambin P, Leijenaar RTH, Deist TM, et al. Radiomics: the bridge between medical "
    "imaging and personalized medicine. Nat Rev Clin Oncol 2017;14:749-762. "
    "doi:10.1038/nrclinonc.2017.141",
    scoring=Scoring.POINTS,
    items=(
        Item(
            *("1", "Images", "Protocol"),
            "The imaging protocol is documented (1), and public (1).",
            most=2,
        ),
        Item(
            *("2", "Images", "Several segmentations"),
            "Outlines by several readers, tools or times show how stable features are (1).",
            most=1,
        ),
        Item(
            *("3", "Images", "Phantom"),
            "A phantom on all scanners tells differences between devices (1).",
            most=1,
        ),
        Item(
            *("4", "Images", "Several times"),
            "Images of the same patients at another time tell how features change (1).",
            most=1,
        ),
        Item(
            *("5", "Features", "Fewer features"),
            "Features were reduced, or tests corrected for their number (3); neither (−3).",
            least=-3,
            most=3,
        ),
        Item(
            *("6", "Features", "Other variables"),
            "Non-radiomic variables are in the analysis too (1).",
            fact="non_radiomic",
            most=1,
        ),
        Item(
            *("7", "Features", "Biology"),
            "Links to biology are shown and discussed (1).",
            most=1,
        ),
        Item(
            *("8", "Statistics", "Cut-off"),
            "Risk groups come from a cut-off fixed beforehand, or risks are kept continuous (1).",
            fact="cut_off",
            most=1,
        ),
        Item(
            *("9", "Statistics", "Discrimination"),
            "Measures of discrimination with uncertainty (1), and by resampling (1).",
            fact="discrimination",
            most=2,
        ),
        Item(
            *("10", "Statistics", "Calibration"),
            "Measures of calibration with uncertainty (1), and by resampling (1).",
            fact="calibration_resampled",
            most=2,
        ),
        Item(
            *("11", "Validation", "Prospective and registered"),
            "A prospective study, registered in a trial database (7).",
            most=7,
        ),
        Item(
            *("12", "Validation", "Validation"),
            "None (−5); same institute (2); another institute (3); two institutes or a published "
            "signature (4); three or more (5).",
            fact="validation",
            least=-5,
            most=5,
        ),
        Item(
            *("13", "Use", "Against the gold standard"),
            "Agreement with, or gain over, the best method there is today (2).",
            most=2,
        ),
        Item(
            *("14", "Use", "Clinical utility"),
            "What it would do in care, such as by decision curves (2).",
            fact="utility",
            most=2,
        ),
        Item(*("15", "Use", "Cost-effectiveness"), "What a gained year would cost (1).", most=1),
        Item(
            *("16", "Open science", "Openness"),
            "Images (1), outlines (1), code (1), and features of representative outlines (1) "
            "can be had.",
            most=4,
        ),
    ),
)
