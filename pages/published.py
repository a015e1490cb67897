"""Do these published numbers fit together?"""

from clnm_core.ui import published_view

published_view.draw()
