"""Nyxus: the same classes in its IBSI mode, which takes grey values as grey levels.

Names are PyRadiomics' where its documentation names the same feature.
"""

import json
import sys
import time

import numpy as np
from nyxus import Nyxus

NAMES = {
    "glcm": "ACOR Autocorrelation CLUPROM ClusterProminence CLUSHADE ClusterShade CLUTEND "
    "ClusterTendency CONTRAST Contrast CORRELATION Correlation DIFAVE DifferenceAverage DIFENTRO "
    "DifferenceEntropy DIFVAR DifferenceVariance ID Id IDM Idm IDMN Idmn IDN Idn INFOMEAS1 Imc1 "
    "INFOMEAS2 Imc2 IV InverseVariance JAVE JointAverage ASM JointEnergy JE JointEntropy JMAX "
    "MaximumProbability SUMAVERAGE SumAverage SUMENTROPY SumEntropy JVAR SumSquares",
    "glrlm": "SRE ShortRunEmphasis LRE LongRunEmphasis GLN GrayLevelNonUniformity GLNN "
    "GrayLevelNonUniformityNormalized RLN RunLengthNonUniformity RLNN "
    "RunLengthNonUniformityNormalized RP RunPercentage GLV GrayLevelVariance RV RunVariance RE "
    "RunEntropy LGLRE LowGrayLevelRunEmphasis HGLRE HighGrayLevelRunEmphasis SRLGLE "
    "ShortRunLowGrayLevelEmphasis SRHGLE ShortRunHighGrayLevelEmphasis LRLGLE "
    "LongRunLowGrayLevelEmphasis LRHGLE LongRunHighGrayLevelEmphasis",
    "glszm": "SAE SmallAreaEmphasis LAE LargeAreaEmphasis GLN GrayLevelNonUniformity GLNN "
    "GrayLevelNonUniformityNormalized SZN SizeZoneNonUniformity SZNN "
    "SizeZoneNonUniformityNormalized ZP ZonePercentage GLV GrayLevelVariance ZV ZoneVariance ZE "
    "ZoneEntropy LGLZE LowGrayLevelZoneEmphasis HGLZE HighGrayLevelZoneEmphasis",
    "gldm": "SDE SmallDependenceEmphasis LDE LargeDependenceEmphasis GLN GrayLevelNonUniformity DN "
    "DependenceNonUniformity DNN DependenceNonUniformityNormalized GLV GrayLevelVariance DV "
    "DependenceVariance DE DependenceEntropy LGLE LowGrayLevelEmphasis HGLE HighGrayLevelEmphasis",
    "ngtdm": "COARSENESS Coarseness CONTRAST Contrast BUSYNESS Busyness COMPLEXITY Complexity "
    "STRENGTH Strength",
    "firstorder": "ENERGY Energy MEAN Mean MEDIAN Median P10 10Percentile P90 90Percentile "
    "INTERQUARTILE_RANGE InterquartileRange KURTOSIS Kurtosis SKEWNESS Skewness ENTROPY Entropy "
    "UNIFORMITY Uniformity VARIANCE_BIASED Variance MEAN_ABSOLUTE_DEVIATION MeanAbsoluteDeviation "
    "ROBUST_MEAN_ABSOLUTE_DEVIATION RobustMeanAbsoluteDeviation ROOT_MEAN_SQUARED RootMeanSquared",
}
GROUPS = [f"*ALL_{name}*" for name in ("INTENSITY", "GLCM", "GLRLM", "GLSZM", "GLDM", "NGTDM")]

data = np.load(sys.argv[1])
mask = data["mask"].astype(np.uint32)
nyxus = Nyxus([*GROUPS, "*BASIC_MORPHOLOGY*"], n_feature_calc_threads=1, ibsi=True)
wall, cpu, values = [], [], []
for grey in data["grey"][: int(sys.argv[2])]:
    start, used = time.perf_counter(), time.process_time()
    row = nyxus.featurize(grey.astype(np.uint32), mask).iloc[0]
    wall.append(time.perf_counter() - start)
    cpu.append(time.process_time() - used)
    found = {}
    for kind, text in NAMES.items():
        words = text.split()
        for theirs, ours in zip(words[::2], words[1::2], strict=True):
            prefix = "" if kind == "firstorder" else f"{kind.upper()}_"
            average = "_AVE" if kind in ("glcm", "glrlm") else ""
            found[f"original_{kind}_{ours}"] = float(row[f"{prefix}{theirs}{average}"])
    values.append(found)
print(json.dumps({"seconds": min(wall), "cpu": min(cpu), "values": values}))
