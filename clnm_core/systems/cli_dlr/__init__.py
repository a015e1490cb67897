"""Cli-DLR (Qing 2026, doi:10.3389/fonc.2026.1721234): findings and a score of the picture.

1. :mod:`~clnm_core.systems.cli_dlr.pictures` measures the pictures: deep features, and radiomics.
2. The *DLR signature* (:mod:`clnm_core.systems.signature`) judges by the picture alone, the
   *clinical model* (:mod:`clnm_core.systems.clinical`) by the findings alone: the two parts.
3. :mod:`~clnm_core.systems.cli_dlr.beyond` scores what the picture says beyond the findings.
4. :mod:`~clnm_core.systems.cli_dlr.learning` puts findings and that score into one logistic model.

The paper states neither the network nor how features were chosen or combined; docs/decisions/0019
says what was chosen here, and why.
"""
