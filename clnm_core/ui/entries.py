"""Which pages are there, what does each ask, and what of the cohort bar does it follow?"""

from __future__ import annotations

from dataclasses import dataclass

CASES, COHORT, NOTHING = "cases", "cohort", "nothing"
"""What of the cohort bar a page follows: the filtered cases, only the cohort, or nothing."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation."""

    group: str
    file: str
    title: str  #: short, for the navigation
    icon: str
    url_path: str
    follows: str
    question: str  #: the title on the page
    help: str


PAGES = (
    Entry(
        *("Cohort", "overview.py", "Overview", "groups", "overview", CASES),
        "Who is in the cohort?",
        "Who is in the cohort: counts, Table 1, distributions, who was left out.",
    ),
    Entry(
        *("Cohort", "cases.py", "Cases", "view_list", "cases", CASES),
        "Which cases are these?",
        "The cases one by one, with thumbnails; a row opens its record.",
    ),
    Entry(
        *("Cohort", "case.py", "Case", "person_search", "case", COHORT),
        "What about this patient?",
        "One case: record, images with outlines, risks of every model.",
    ),
    Entry(
        *("Audit", "performance.py", "Performance", "monitoring", "performance", CASES),
        "How well does the model separate, and can its risks be believed?",
        "How well a model separates, and whether its risks can be believed.",
    ),
    Entry(
        *("Audit", "compare.py", "Compare", "compare_arrows", "compare", CASES),
        "Which model is better, and by how much?",
        "Models side by side on the same cases, and how lucky the winner was.",
    ),
    Entry(
        *("Audit", "subgroups.py", "Subgroups", "account_tree", "subgroups", CASES),
        "For whom does it fail?",
        "For whom a model fails: every group with n and interval.",
    ),
    Entry(
        *("Audit", "slices.py", "Slices", "manage_search", "slices", CASES),
        "Where does it err most?",
        "Groups that nobody asked about in which a model errs most, confirmed on other patients.",
    ),
    Entry(
        *("Audit", "location.py", "Location", "my_location", "location", CASES),
        "Where does risk live?",
        "Where in the gland risk lives: capsule distance, lobe and third.",
    ),
    Entry(
        *("Audit", "readers.py", "Readers", "visibility", "readers", CASES),
        "Does it beat, or help, the doctors?",
        "Readers and a model on the same cases, and readers with and without it.",
    ),
    Entry(
        *("Audit", "failures.py", "Failures", "report", "failures", CASES),
        "What does it get wrong?",
        "Missed metastases and false alarms one by one, with images and notes.",
    ),
    Entry(
        *("Audit", "explanations.py", "Explanations", "psychology", "explanations", CASES),
        "What drives the model?",
        "Which variables move a model's answers, how, and whether its maps look at the capsule.",
    ),
    Entry(
        *("Audit", "audit_file.py", "Audit a file", "upload_file", "audit-file", NOTHING),
        "Can these predictions be believed?",
        "Audit any table of outcomes and risks, without importing it.",
    ),
    Entry(
        *("Study", "checks.py", "Checks", "rule", "checks", COHORT),
        "What could be wrong with the data or the study?",
        "Leaks, duplicates, shift between centres, and other reasons for doubt.",
    ),
    Entry(
        *("Study", "published.py", "Published figures", "find_in_page", "published", NOTHING),
        "Do these published numbers fit together?",
        "Every confusion matrix that fits a paper's figures, and what cannot be true together.",
    ),
    Entry(
        *("Study", "checklists.py", "Checklists", "checklist", "checklists", COHORT),
        "What must the paper still report?",
        "Reporting checklists, filled in where the store knows the answer.",
    ),
    Entry(
        *("Predict", "predict.py", "Predict", "person_add", "predict", COHORT),
        "What is the risk of this patient?",
        "The risk of one new case, with what the model was trained on.",
    ),
    Entry(
        *("Models", "features.py", "Features", "grain", "features", CASES),
        "What can be measured on the images?",
        "Radiomics, deep features and morphology: extract them, and see what they are worth.",
    ),
    Entry(
        *("Models", "systems.py", "Systems", "model_training", "systems", COHORT),
        "What can be learned from this cohort?",
        "The published systems: what each reads, train it here, see all that was tried.",
    ),
    Entry(
        *("Models", "models.py", "Model cards", "badge", "models", COHORT),
        "What is known of this model?",
        "The card of every model, its versions, what differs between them, and retiring one.",
    ),
    Entry(
        *("Data", "import_data.py", "Import", "database_upload", "import", NOTHING),
        "What is in your table?",
        "Bring a table and its images into the store.",
    ),
    Entry(
        *("About", "methods.py", "Methods", "menu_book", "methods", COHORT),
        "What do the numbers mean?",
        "Definitions of every number, and the data dictionary.",
    ),
)
