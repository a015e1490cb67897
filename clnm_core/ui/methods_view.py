"""The Methods page: definitions, the cohort's data dictionary, what the product does not do."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from clnm_core.report.data_dictionary import data_dictionary
from clnm_core.report.definitions import DEFINITIONS
from clnm_core.ui import cached, cohort_bar

VIEWS = ("Definitions", "Data dictionary", "Limits")

_LIMITS = """
- **Research use only.** CLNM Explorer is not a medical device. No risk that it shows may decide
  on a patient's treatment.
- **Unknown is not negative.** A neck that was not dissected has an unknown outcome. Such cases
  are counted and left out of every figure that needs the outcome.
- **Nothing is dropped in silence.** Rows set aside at import or in an audit are counted, listed
  with a reason, and can be downloaded.
- **Patients stay together.** Folds, splits and resampling treat all cases of one patient as one.
- **Nothing is fitted on test data.** Levels, medians, scaling, coefficients and thresholds come
  from training or validation cases.
- **What is known after surgery does not predict.** Stage, risk class, response and recurrence
  are refused as predictors.
- **Small groups are shown, not scored.** Below ten cases a group says "too few".
- **The demo cohorts are synthetic.** They were drawn from a risk that is written down, and say
  nothing about real patients.
- **Published figures are claims.** Lines drawn from papers are marked as such; the patients
  behind them are not public, so no paper's number is reproduced here.
"""


def draw(view: str) -> None:
    """Draw one of :data:`VIEWS`."""
    if view == "Data dictionary":
        _dictionary()
    elif view == "Limits":
        st.markdown(_LIMITS)
    else:
        _definitions()


def _definitions() -> None:
    st.markdown("Every number is shown with an interval and the name of the method behind it.")
    rows = [
        {
            "Term": definition.term,
            "Meaning": definition.meaning,
            "Interval": definition.interval,
            "Source": definition.reference,
        }
        for definition in DEFINITIONS
    ]
    _table(pd.DataFrame(rows), "definitions")


def _dictionary() -> None:
    query = cohort_bar.selected()
    st.markdown(f"The variables of {cached.cohort(query.cohort).title}.")
    _table(data_dictionary(cached.registry(query.cohort)), "data-dictionary")


def _table(frame: pd.DataFrame, name: str) -> None:
    st.table(frame.set_index(frame.columns[0]))
    st.download_button(
        "Download as CSV",
        frame.to_csv(index=False).encode("utf-8-sig"),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
    )
