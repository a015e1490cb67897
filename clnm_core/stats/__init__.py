"""Arrays in, estimates and tidy tables out: what a cohort and its predictions show.

What happens when somebody asks how good a model is:

1. Outcomes and risks arrive as one checked value,
   :class:`~clnm_core.domain.predictions.Predictions`; :mod:`~clnm_core.stats.audit` asks
   every question below of it and keeps the answers in one place.
2. :mod:`~clnm_core.stats.discrimination` ranks the cases: ROC, AUC, precision and recall.
   :mod:`~clnm_core.stats.calibration` compares risks with what happened: in bins, along a
   flexible curve (:mod:`~clnm_core.stats.smooth_calibration` on a
   :mod:`~clnm_core.stats.spline`), as a line (:mod:`~clnm_core.stats.recalibration`).
   :mod:`~clnm_core.stats.thresholds` counts the calls at one threshold, and
   :mod:`~clnm_core.stats.utility` weighs them at all thresholds.
3. :mod:`~clnm_core.stats.metrics` puts the measures in the order of a report;
   :mod:`~clnm_core.stats.groups` tells cases apart by a column, and
   :mod:`~clnm_core.stats.subgroups` measures each group and its gap to the largest.
4. :mod:`~clnm_core.stats.findings` says what a reader should be warned of.

What happens when somebody asks about the cohort itself: :mod:`~clnm_core.stats.summary`
makes Table 1, with the tests and standardised differences of
:mod:`~clnm_core.stats.differences`, and :mod:`~clnm_core.stats.distribution` the pictures of
single variables; :mod:`~clnm_core.stats.location` and :mod:`~clnm_core.stats.gland` say where
in the gland the risk lives.

Every number is an :class:`~clnm_core.stats.uncertainty.Estimate`: value, interval, method.
Intervals that no formula gives come from :mod:`~clnm_core.stats.resampling`. What cannot be
estimated is a value, too, and says why; nothing here warns or draws.
"""
