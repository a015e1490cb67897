"""What does it get wrong?"""

from clnm_core.ui import cohort_bar, failures_view, pickers

picked = pickers.pick_judged(cohort_bar.selected())
if picked:
    failures_view.draw(picked)
