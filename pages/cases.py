"""Which cases are these?"""

from clnm_core.ui import cases_view, cohort_bar

query = cohort_bar.selected()
cases_view.draw_answer(query)
cases_view.draw_list(query)
