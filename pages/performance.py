"""How well does the model separate, and can its risks be believed?"""

from clnm_core.ui import (
    cached,
    calibration_view,
    cohort_bar,
    panels,
    performance_facts,
    performance_view,
    pickers,
    report_button,
    separation_view,
    thresholds_view,
    usefulness_view,
)

picked = pickers.pick_judged(cohort_bar.selected())
if picked:
    query, model = picked.query, picked.model.name
    judged = cached.computed(performance_facts.judged, query, model)
    called = cached.computed(performance_facts.called, query, model, picked.threshold)
    label = cached.registry(query.cohort)[query.outcome].label
    performance_view.answer(judged, called, where=picked.where, outcome_label=label)
    performance_view.strip(judged, called)
    view = performance_view.pick_view()
    if view == "Separation":
        line = separation_view.draw(query, model, judged, called)
    elif view == "Calibration":
        line = calibration_view.draw(query, model, judged)
    elif view == "Thresholds":
        line = thresholds_view.draw(query, model, judged, called)
    elif view == "Usefulness":
        line = usefulness_view.draw(query, model, judged, called, outcome_label=label)
    else:
        performance_view.overview(judged, called)
        line = performance_view.methods(judged, picked.threshold)
    report_button.offer(query, picked.model, picked.threshold)
    panels.methods_line(line)
