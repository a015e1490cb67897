"""What must the paper still report?"""

from clnm_core.ui import checklists_view, cohort_bar

query = cohort_bar.selected()
checklists_view.draw(query, *checklists_view.ask(query))
