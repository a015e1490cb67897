"""From a table to a picture: pure Plotly, no Streamlit, no computing.

A view asks the core for frames and hands them over. Here a builder takes the frame of its
question (:mod:`roc`, :mod:`pr`, :mod:`calibration`, :mod:`decision`, :mod:`confusion`,
:mod:`forest`, :mod:`gaps`, :mod:`location`, :mod:`distributions`, :mod:`flow`), starts from
the one template of :mod:`theme` (``dark`` says which page it will lie on), thins curves of
more than a thousand points without changing their shape (:mod:`thinning`) and gives back a
``go.Figure`` whose data a test can read. The gland (:mod:`gland`) is drawn as SVG. Nothing
is rounded but what is printed, and every printed number takes its form from
:mod:`clnm_core.report.wording`.
"""
