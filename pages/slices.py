"""Where does it err most?"""

from clnm_core.ui import cohort_bar, pickers, slices_view

query = cohort_bar.selected()
picked = pickers.pick_judged(query)
if picked:
    slices_view.draw(query, picked)
