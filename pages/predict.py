"""What is the risk of this patient?"""

from clnm_core.ui import batch_view, cohort_bar, predict_view

query = cohort_bar.selected()
if batch_view.is_many():
    batch_view.draw(query)
else:
    predict_view.draw(query)
