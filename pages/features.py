"""What can be measured on the images?"""

from clnm_core.ui import cohort_bar, features_view

features_view.draw(cohort_bar.selected())
