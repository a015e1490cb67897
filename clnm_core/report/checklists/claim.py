"""What does CLAIM ask of a report on artificial intelligence in imaging? Paraphrased."""

from __future__ import annotations

from clnm_core.report.checklists.items import Checklist, Item, Scoring

CLAIM = Checklist(
    name="claim",
    title="CLAIM 2024",
    about="What a paper on artificial intelligence in medical imaging has to say.",
    reference="Tejani AS, Klontzas ME, Gatti AA, et al. Checklist for artificial intelligence in "
    "medical imaging (CLAIM): 2024 update. Radiol Artif Intell 2024;6:e240300. "
    "doi:10.1148/ryai.240300",
    scoring=Scoring.NONE,
    items=(
        Item(
            *("1", "Title and abstract", "Title"),
            "That it is about artificial intelligence, and which kind.",
        ),
        Item(
            *("2", "Title and abstract", "Abstract"),
            "Design, methods, results and conclusion in short.",
        ),
        Item(
            *("3", "Introduction", "Background"),
            "The clinical question, and what the system is to do in care.",
        ),
        Item(*("4", "Introduction", "Aims"), "Aims, objectives and hypotheses."),
        Item(
            *("5", "Design", "Prospective or retrospective"),
            "Whether data were gathered for the study or before it.",
        ),
        Item(
            *("6", "Design", "Goal"),
            "What kind of study: making a model, feasibility, comparison, and so on.",
        ),
        Item(
            *("7", "Data", "Sources"),
            "Where the data come from and how they relate to those the system is meant for.",
            *("source", "Whether the data have been published before."),
        ),
        Item(
            *("8", "Data", "Inclusion and exclusion"),
            "How patients and examinations were chosen.",
            *("eligibility", "The criteria of inclusion."),
        ),
        Item(
            *("9", "Data", "Preprocessing"),
            "Every step from the raw to the used data.",
            *("preparation", "What was done to the pixels."),
        ),
        Item(*("10", "Data", "Subsets"), "Which parts of the images were used, and how chosen."),
        Item(
            *("11", "Data", "De-identification"),
            "How data that point to a person were taken away.",
            *("deidentified", ""),
        ),
        Item(
            *("12", "Data", "Missing data"),
            "How missing values were handled and how that may bias.",
            *("missing", "How that may bias."),
        ),
        Item(
            *("13", "Data", "Image acquisition"),
            "Protocol, devices and settings of the images.",
            *("images", "Devices and settings."),
        ),
        Item(
            *("14", "Reference standard", "Definition"),
            "What counts as the truth, and how it was obtained.",
            *("outcome", "How it was obtained."),
        ),
        Item(
            *("15", "Reference standard", "Rationale"),
            "Why this standard and not another, and its limits.",
        ),
        Item(
            *("16", "Reference standard", "Annotators"),
            "Who annotated, with what training and instructions.",
        ),
        Item(
            *("17", "Reference standard", "Annotation of the test set"),
            "How the test set was annotated, in particular.",
            *("segmentation", "Who drew them, and whether the test set was drawn alike."),
        ),
        Item(
            *("18", "Reference standard", "Rater variability"),
            "Agreement between and within raters, and what was done where they differ.",
            *("readers", "Their agreement on the reference standard."),
        ),
        Item(
            *("19", "Partitions", "Assignment"),
            "How cases came into training, tuning and testing, and in what shares.",
            *("partition", ""),
        ),
        Item(
            *("20", "Partitions", "Level of separation"),
            "At which level the parts are disjoint: patient, examination or image.",
            *("disjoint", ""),
        ),
        Item(
            *("21", "Testing data", "Sample size"),
            "How large the test set was meant to be, and why.",
            *("sample_size", "Why this size."),
        ),
        Item(
            *("22", "Model", "Description"),
            "Inputs, outputs, layers and links, so that it could be rebuilt.",
            *("model_type", ""),
        ),
        Item(
            *("23", "Model", "Software"), "Libraries and packages with versions.", *("software", "")
        ),
        Item(
            *("24", "Model", "Initial values"),
            "How parameters were set at the start, at random or from another model.",
        ),
        Item(
            *("25", "Training", "Details"),
            "Augmentation, hyperparameters, stopping, and number of models.",
            *("training", "Augmentation and hyperparameters."),
        ),
        Item(
            *("26", "Training", "Choice of the final model"), "By which rule the best was chosen."
        ),
        Item(*("27", "Training", "Ensembles"), "How several models were combined, if they were."),
        Item(
            *("28", "Evaluation", "Metrics"), "Measures of performance and why.", *("measures", "")
        ),
        Item(
            *("29", "Evaluation", "Uncertainty"),
            "Intervals, tests and how they were made.",
            *("uncertainty", ""),
        ),
        Item(
            *("30", "Evaluation", "Robustness"),
            "How the result changes with assumptions, inputs or noise.",
        ),
        Item(
            *("31", "Evaluation", "Explanation"),
            "How the system's output is made understandable, and how that was checked.",
        ),
        Item(
            *("32", "Evaluation", "Internal data"),
            "Evaluation on held-out data of the same source.",
            *("internal", ""),
        ),
        Item(
            *("33", "Evaluation", "External data"),
            "Testing on data of another source, or why there was none.",
            *("external", ""),
        ),
        Item(
            *("34", "Evaluation", "Trial registration"), "Register and number of a clinical trial."
        ),
        Item(
            *("35", "Results", "Included and excluded"),
            "Patients, examinations and images in and out, with reasons.",
            *("flow", ""),
        ),
        Item(
            *("36", "Results", "Characteristics"),
            "Demographics and clinic of every partition.",
            *("characteristics", ""),
        ),
        Item(
            *("37", "Results", "Performance"),
            "Measures on every partition with their uncertainty.",
            *("performance", ""),
        ),
        Item(
            *("38", "Results", "Diagnostic precision"),
            "Sensitivity, specificity and the like, with intervals.",
            *("diagnostic", ""),
        ),
        Item(
            *("39", "Results", "Failures"),
            "What the wrongly judged cases are.",
            *("failures", "What these cases have in common."),
        ),
        Item(
            *("40", "Discussion", "Limitations"),
            "Bias, uncertainty, and how far the result may hold elsewhere.",
        ),
        Item(
            *("41", "Discussion", "Implications"),
            "What it means for practice, and the system's part in it.",
        ),
        Item(*("42", "Other", "Protocol"), "Where the full protocol or more detail is."),
        Item(
            *("43", "Other", "Availability"),
            "Whether software, model and data can be had.",
            *("specification", "Where others can obtain software, model and data."),
        ),
        Item(*("44", "Other", "Funding"), "Who paid, and what part they had."),
    ),
)
