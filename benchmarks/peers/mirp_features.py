"""MIRP: the same classes, slice by slice, on grey values taken as grey levels.

Names are PyRadiomics' for the features that IBSI defines.
"""

import json
import logging
import sys
import time

import numpy as np
from mirp import extract_features

logging.disable(logging.CRITICAL)
NAMES = {
    "stat_%s": "mean Mean var Variance skew Skewness median Median min Minimum p10 10Percentile "
    "p90 90Percentile max Maximum iqr InterquartileRange range Range mad MeanAbsoluteDeviation "
    "rmad RobustMeanAbsoluteDeviation energy Energy rms RootMeanSquared",
    "cm_%s_d1_2d_avg": "joint_max MaximumProbability joint_avg JointAverage joint_var SumSquares "
    "joint_entr JointEntropy diff_avg DifferenceAverage diff_var DifferenceVariance diff_entr "
    "DifferenceEntropy sum_avg SumAverage sum_entr SumEntropy energy JointEnergy contrast Contrast "
    "inv_diff Id inv_diff_norm Idn inv_diff_mom Idm inv_diff_mom_norm Idmn inv_var InverseVariance "
    "corr Correlation auto_corr Autocorrelation clust_tend ClusterTendency clust_shade "
    "ClusterShade clust_prom ClusterProminence info_corr1 Imc1 info_corr2 Imc2",
    "rlm_%s_2d_avg": "sre ShortRunEmphasis lre LongRunEmphasis lgre LowGrayLevelRunEmphasis hgre "
    "HighGrayLevelRunEmphasis srlge ShortRunLowGrayLevelEmphasis srhge "
    "ShortRunHighGrayLevelEmphasis lrlge LongRunLowGrayLevelEmphasis lrhge "
    "LongRunHighGrayLevelEmphasis glnu GrayLevelNonUniformity rlnu RunLengthNonUniformity r_perc "
    "RunPercentage gl_var GrayLevelVariance rl_var RunVariance rl_entr RunEntropy",
    "szm_%s_2d": "sze SmallAreaEmphasis lze LargeAreaEmphasis lgze LowGrayLevelZoneEmphasis hgze "
    "HighGrayLevelZoneEmphasis glnu GrayLevelNonUniformity zsnu SizeZoneNonUniformity z_perc "
    "ZonePercentage gl_var GrayLevelVariance zs_var ZoneVariance zs_entr ZoneEntropy",
    "ngl_%s_d1_a0.0_2d": "lde SmallDependenceEmphasis hde LargeDependenceEmphasis lgce "
    "LowGrayLevelEmphasis hgce HighGrayLevelEmphasis glnu GrayLevelNonUniformity dcnu "
    "DependenceNonUniformity gl_var GrayLevelVariance dc_var DependenceVariance dc_entr "
    "DependenceEntropy",
    "ngt_%s_2d": "coarseness Coarseness contrast Contrast busyness Busyness complexity Complexity "
    "strength Strength",
}
KINDS = {
    "stat": "firstorder",
    "cm": "glcm",
    "rlm": "glrlm",
    "szm": "glszm",
    "ngl": "gldm",
    "ngt": "ngtdm",
}

data = np.load(sys.argv[1])
wall, cpu, values = [], [], []
for grey in data["grey"][: int(sys.argv[2])]:
    start, used = time.perf_counter(), time.process_time()
    row = extract_features(
        image=grey[None].astype(float),
        mask=data["mask"][None].astype(int),
        by_slice=True,
        base_discretisation_method="none",
        base_feature_families=[
            "statistics",
            "morphology",
            "glcm",
            "glrlm",
            "glszm",
            "ngtdm",
            "ngldm",
        ],
        glcm_spatial_method="2d_average",
        glrlm_spatial_method="2d_average",
        glszm_spatial_method="2d",
        ngtdm_spatial_method="2d",
        ngldm_spatial_method="2d",
    )[0].iloc[0]
    wall.append(time.perf_counter() - start)
    cpu.append(time.process_time() - used)
    found = {}
    for pattern, text in NAMES.items():
        words = text.split()
        for theirs, ours in zip(words[::2], words[1::2], strict=True):
            kind = KINDS[pattern.split("_")[0]]
            found[f"original_{kind}_{ours}"] = float(row[pattern % theirs])
    values.append(found)
print(json.dumps({"seconds": min(wall), "cpu": min(cpu), "values": values}))
