"""What drives the model?"""

from clnm_core.ui import cohort_bar, explanations_view

explanations_view.draw(cohort_bar.selected())
