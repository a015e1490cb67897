"""How well does the model separate, and can its risks be believed?"""

from clnm_core.ui import cached, cached_audit, cohort_bar, panels, performance_view, pickers

picked = pickers.pick_judged(cohort_bar.selected())
if picked:
    query = picked.query
    judged = cached_audit.performance(query, picked.model.name)
    called = cached_audit.calls(query, picked.model.name, picked.threshold)
    label = cached.registry(query.cohort)[query.outcome].label
    performance_view.answer(judged, called, where=picked.where, outcome_label=label)
    performance_view.draw(judged, called)
    panels.methods_line(performance_view.methods(judged, picked.threshold))
