"""What is known of this model?"""

from clnm_core.ui import (
    cohort_bar,
    models_compare,
    models_facts,
    models_pick,
    models_retire,
    models_view,
    panels,
)

query = cohort_bar.selected()
picked = models_pick.pick(query)
models_retire.say()
if picked:
    card = models_facts.card(query, picked.name, picked.version)
    models_view.draw_answer(card)
    models_view.draw_strip(card)
    models_view.offer_files(card)
    models_compare.draw(query, picked)
    models_view.draw_list(query, models_facts.models(query))
    models_view.draw_card(card)
    models_retire.draw(query, picked, card)
    panels.methods_line(models_view.methods())
