"""Where does risk live?"""

from clnm_core.ui import cached, cached_audit, cohort_bar, location_view

query = cohort_bar.selected()
recorded = tuple(count.name for count in cached.cohort(query.cohort).outcomes)
found = tuple(
    cached_audit.location(query, outcome) for outcome in location_view.outcomes_of(query, recorded)
)
location_view.draw(found, cached.registry(query.cohort))
