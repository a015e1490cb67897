"""What about this patient?"""

from clnm_core.ui import case_view, cohort_bar

query = cohort_bar.selected()
case_view.draw(query, case_view.pick_case(query))
