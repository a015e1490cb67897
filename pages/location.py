"""Where does risk live?"""

from clnm_core.ui import cached, cohort_bar, location_view

query = cohort_bar.selected()
recorded = tuple(count.name for count in cached.cohort(query.cohort).outcomes)
outcomes = location_view.outcomes_of(query, recorded)
location_view.draw(query, outcomes, location_view.ask(query, outcomes))
