"""Does it beat, or help, the doctors?"""

from clnm_core.ui import cohort_bar, readers_view

readers_view.draw(cohort_bar.selected())
