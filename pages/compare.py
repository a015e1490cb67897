"""Which model is better, and by how much?"""

from clnm_core.ui import cohort_bar, compare_pick, compare_view

picked = compare_pick.pick(cohort_bar.selected())
if picked:
    compare_view.draw(picked)
