"""For whom does it fail?"""

from clnm_core.ui import (
    cohort_bar,
    panels,
    pickers,
    subgroups_choice,
    subgroups_facts,
    subgroups_view,
)

picked = pickers.pick_judged(cohort_bar.selected())
if picked:
    choice = subgroups_choice.pick(picked.query)
    compared = subgroups_facts.subgroups(picked.query, picked.model.name, picked.threshold, choice)
    subgroups_view.answer(compared)
    subgroups_view.draw(compared, choice.metric)
    panels.methods_line(subgroups_view.methods(compared))
