"""What does TRIPOD+AI ask of a report on a prediction model? Paraphrased."""

from __future__ import annotations

from clnm_core.report.checklists.items import Checklist, Item, Scoring

TRIPOD_AI = Checklist(
    name="tripod-ai",
    title="TRIPOD+AI 2024",
    about="What a paper on developing or evaluating a clinical prediction model has to say.",
    reference="Collins GS, Moons KGM, Dhiman P, et al. TRIPOD+AI statement. BMJ 2024;385:e078378. "
    "doi:10.1136/bmj-2023-078378",
    scoring=Scoring.NONE,
    items=(
        Item(
            *("1", "Title", "Title"),
            "The title says that a multivariable prediction model is developed or evaluated, for "
            "whom, and for which outcome.",
        ),
        Item(
            *("2", "Abstract", "Abstract"),
            "A structured summary, after TRIPOD+AI for abstracts.",
        ),
        Item(
            *("3a", "Introduction", "Clinical context"),
            "Which decision the model is for, whether it diagnoses or foretells, and which models "
            "there are already.",
        ),
        Item(
            *("3b", "Introduction", "Intended users and patients"),
            "For which patients, where on their path through care, and for whose hands it is meant.",
        ),
        Item(
            *("3c", "Introduction", "Known inequalities"),
            "Which health inequalities between groups of patients are known beforehand.",
        ),
        Item(
            *("4", "Introduction", "Objectives"),
            "Whether a model is developed, evaluated, or both.",
        ),
        Item(
            *("5a", "Methods", "Data sources"),
            "Where the data for development and for evaluation come from, why these, and how well "
            "they stand for the patients meant.",
            *("source", "Why these data, and whom they stand for."),
        ),
        Item(
            *("5b", "Methods", "Dates"),
            "From when to when patients were recruited, and the end of follow-up where there is one.",
        ),
        Item(
            *("6a", "Methods", "Setting"),
            "Kind of care, number of centres and where they are.",
            *("centres", "The kind of care and the places."),
        ),
        Item(
            *("6b", "Methods", "Eligibility"),
            "Who could take part and who could not.",
            *("eligibility", "The criteria of inclusion."),
        ),
        Item(
            *("6c", "Methods", "Treatments"),
            "Which treatments were given, and how the analysis allows for them.",
        ),
        Item(
            *("7", "Methods", "Data preparation"),
            "How data were cleaned and checked, and whether that was alike in all groups of patients.",
            *("preparation", "Whether quality differs between groups of patients."),
        ),
        Item(
            *("8a", "Methods", "Outcome"),
            "What the outcome is, when and how it was found, and whether in the same way for all.",
            *("outcome", "When and how it was assessed, and whether alike in all groups."),
        ),
        Item(
            *("8b", "Methods", "Who assessed the outcome"),
            "Training and origin of those who judged it, where that takes judgement.",
        ),
        Item(
            *("8c", "Methods", "Blinding to predictors"),
            "What was done so that the outcome was assessed without knowing the predictors.",
        ),
        Item(
            *("9a", "Methods", "Choice of predictors"),
            "Why these candidates, and how any were chosen before the modelling.",
            *("candidates", "Why these."),
        ),
        Item(
            *("9b", "Methods", "Definition of predictors"),
            "Every predictor with unit, levels, and how and when it was measured.",
            *("predictors", "How and when each was measured."),
        ),
        Item(
            *("9c", "Methods", "Who assessed the predictors"),
            "Training and origin of those who judged predictors, where that takes judgement.",
        ),
        Item(
            *("10", "Methods", "Sample size"),
            "How the size was arrived at, and whether it is enough for the question.",
            *("sample_size", "How it was arrived at before the study."),
        ),
        Item(
            *("11", "Methods", "Missing data"),
            "What was done about missing values, and why cases were left out.",
            *("missing", ""),
        ),
        Item(
            *("12a", "Methods", "Use of the data"),
            "Which data served development and which evaluation, and how they were parted.",
            *("partition", ""),
        ),
        Item(
            *("12b", "Methods", "Handling of predictors"),
            "Functional form, scaling, and any transformation.",
            *("handling", ""),
        ),
        Item(
            *("12c", "Methods", "Kind of model"),
            "Which kind of model and why, all steps of building it, tuning, and internal validation.",
            *("model_type", "Why this kind of model."),
        ),
        Item(
            *("12d", "Methods", "Differences between clusters"),
            "How differences between centres or countries were looked at.",
            *("by_centre", ""),
        ),
        Item(
            *("12e", "Methods", "Measures of performance"),
            "All measures and plots, why these, and how models were compared.",
            *("measures", ""),
        ),
        Item(
            *("12f", "Methods", "Updating"),
            "Whether the model was changed after evaluation, such as recalibrated, for all or for some.",
        ),
        Item(
            *("12g", "Methods", "How risks were computed"),
            "For evaluation: by formula, code, object or service.",
            *("computed", ""),
        ),
        Item(
            *("13", "Methods", "Class imbalance"),
            "Whether classes were balanced, why and how, and what was done to set risks right after.",
            *("imbalance", "Whether classes were rebalanced in training."),
        ),
        Item(
            *("14", "Methods", "Fairness"),
            "What was done to find or lessen unequal performance between groups.",
            *("subgroups", "Why these groups."),
        ),
        Item(
            *("15", "Methods", "Output"),
            "What the model gives out, and how any classes and thresholds were chosen.",
            *("output", ""),
        ),
        Item(
            *("16", "Methods", "Development against evaluation"),
            "Differences in setting, eligibility, outcome and predictors between the two.",
            *("shift", "Differences of setting and definitions."),
        ),
        Item(
            *("17", "Methods", "Ethics"),
            "Which board approved it, and how consent was given or waived.",
        ),
        Item(*("18a", "Open science", "Funding"), "Who paid, and what part they had."),
        Item(*("18b", "Open science", "Interests"), "Conflicts of interest of every author."),
        Item(*("18c", "Open science", "Protocol"), "Where the protocol is, or that there is none."),
        Item(
            *("18d", "Open science", "Registration"),
            "Register and number, or that it was not registered.",
        ),
        Item(*("18e", "Open science", "Data"), "Whether and how the data can be had."),
        Item(
            *("18f", "Open science", "Code"),
            "Whether and how the code of the analysis can be had.",
            *("software", "Where the code of the analysis is."),
        ),
        Item(
            *("19", "Patients and public", "Involvement"),
            "How patients and public took part in any step, or that they did not.",
        ),
        Item(
            *("20a", "Results", "Flow of participants"),
            "From all to those analysed, with numbers with and without the outcome.",
            *("flow", ""),
        ),
        Item(
            *("20b", "Results", "Characteristics"),
            "Who they are, in all and by source or setting, with the missing counted.",
            *("characteristics", "The treatments."),
        ),
        Item(
            *("20c", "Results", "Development against evaluation"),
            "For an evaluation: how predictors, demographics and outcome differ from development.",
            *("shift", ""),
        ),
        Item(
            *("21", "Results", "Numbers analysed"),
            "Participants and events in every analysis.",
            *("sample_size", ""),
        ),
        Item(
            *("22", "Results", "Full model"),
            "All that is needed to predict for a new patient, and any limit on its use.",
            *("specification", "Where others can obtain it."),
        ),
        Item(
            *("23a", "Results", "Performance"),
            "Every measure with its interval, also for key groups.",
            *("performance", ""),
        ),
        Item(
            *("23b", "Results", "Performance by cluster"),
            "How performance differs between centres, where that was looked at.",
            *("by_centre", ""),
        ),
        Item(*("24", "Results", "Updated model"), "What updating gave, where there was any."),
        Item(
            *("25", "Discussion", "Interpretation"),
            "The main findings against the aims and earlier studies, fairness included.",
        ),
        Item(
            *("26", "Discussion", "Limitations"),
            "Who is not represented, too few cases, overfitting, missing data, and what follows.",
        ),
        Item(
            *("27a", "Discussion", "Poor or missing input"),
            "How poor or missing values are to be handled when the model is used.",
            *("new_patients", "Poor image quality."),
        ),
        Item(
            *("27b", "Discussion", "What users need"),
            "Whether users must act on the input or output, and how much they must know.",
        ),
        Item(
            *("27c", "Discussion", "Next steps"),
            "What is to be studied next, for whom the model may hold.",
        ),
    ),
)
