"""Synthetic cohorts whose true risk is known, so that models can be measured against it.

What happens when somebody asks for the demo:

1. ``thyroid_patients`` (with ``thyroid_findings``), ``node_patients`` and ``salivary_patients``
   draw four cohorts, shaped like those of four papers. Nobody in them exists.
2. ``effects`` turns findings into a probability, by a formula that is written down with its
   sources; the outcome is drawn from it. Then gaps are made: tests not done, necks not dissected.
3. ``models`` and ``readers`` give every case the risks and calls of simulated models and people.
4. ``anatomy`` places gland and lesion so that a ruler on the picture gives the table's
   distances; ``thyroid``, ``salivary`` and ``nodes`` draw the tissue, ``speckle`` makes it
   ultrasound, ``drawing`` spreads the work over processes and keeps the pictures.
5. ``demo`` publishes it all as one version of the store, marked synthetic.
"""
