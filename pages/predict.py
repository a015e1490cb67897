"""What is the risk of this patient?"""

from clnm_core.ui import cohort_bar, predict_view

predict_view.draw(cohort_bar.selected())
