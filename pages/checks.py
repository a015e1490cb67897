"""What could be wrong with the data or the study?"""

from clnm_core.report.checks_words import checks_methods
from clnm_core.ui import centres_view, checks_view, cohort_bar, panels

query = cohort_bar.selected()
checks_view.draw(query)
centres_view.draw_shift(query)
centres_view.draw_centres(query)
panels.methods_line(checks_methods())
