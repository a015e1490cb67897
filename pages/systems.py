"""What can be learned from this cohort?"""

from clnm_core.ui import cohort_bar, systems_view

systems_view.draw(cohort_bar.selected())
