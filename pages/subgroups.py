"""For whom does it fail?"""

from clnm_core.ui import cached_audit, cohort_bar, panels, pickers, subgroups_view

picked = pickers.pick_judged(cohort_bar.selected())
if picked:
    query = picked.query
    columns, metric = pickers.pick_groups(query)
    compared = cached_audit.subgroups(query, picked.model.name, picked.threshold, columns)
    subgroups_view.answer(compared)
    subgroups_view.draw(compared, metric)
    panels.methods_line(subgroups_view.methods(compared))
