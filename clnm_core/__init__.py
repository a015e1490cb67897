"""CLNM Explorer: cohorts, models and audits for cervical lymph node metastasis.

What happens when somebody moves a slider:

1. ``ui.cohort_bar`` turns the widgets into a :class:`~clnm_core.domain.cohort.CohortQuery`.
2. ``store.selection`` says the query in SQL and reads the cases from the current snapshot.
3. ``stats`` turns their outcomes and risks into tables of estimates with intervals.
4. ``report.answers`` puts the finding into one sentence; ``ui.charts`` draws the tables.
5. The page shows sentence, figures and tables. Nothing that draws computes.

For research. Not a medical device.
"""

__version__ = "0.1.0"
