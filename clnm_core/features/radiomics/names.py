"""How are the features called, and in which order do they stand?"""

from __future__ import annotations

#: First-order statistics; StandardDeviation is off in PyRadiomics, the root of Variance.
FIRST_ORDER = (
    "10Percentile",
    "90Percentile",
    "Energy",
    "Entropy",
    "InterquartileRange",
    "Kurtosis",
    "Maximum",
    "MeanAbsoluteDeviation",
    "Mean",
    "Median",
    "Minimum",
    "Range",
    "RobustMeanAbsoluteDeviation",
    "RootMeanSquared",
    "Skewness",
    "StandardDeviation",
    "TotalEnergy",
    "Uniformity",
    "Variance",
)
SHAPE_2D = (
    "Elongation",
    "MajorAxisLength",
    "MaximumDiameter",
    "MeshSurface",
    "MinorAxisLength",
    "Perimeter",
    "PerimeterSurfaceRatio",
    "PixelSurface",
    "Sphericity",
)
GLCM = (
    "Autocorrelation",
    "ClusterProminence",
    "ClusterShade",
    "ClusterTendency",
    "Contrast",
    "Correlation",
    "DifferenceAverage",
    "DifferenceEntropy",
    "DifferenceVariance",
    "Id",
    "Idm",
    "Idmn",
    "Idn",
    "Imc1",
    "Imc2",
    "InverseVariance",
    "JointAverage",
    "JointEnergy",
    "JointEntropy",
    "MCC",
    "MaximumProbability",
    "SumAverage",
    "SumEntropy",
    "SumSquares",
)
#: Of a matrix of levels and sizes, by what it says; three classes name it in their own words.
EMPHASES = (
    "small",
    "large",
    "low",
    "high",
    "small_low",
    "small_high",
    "large_low",
    "large_high",
    "level_non_uniformity",
    "level_non_uniformity_normalized",
    "size_non_uniformity",
    "size_non_uniformity_normalized",
    "percentage",
    "level_variance",
    "size_variance",
    "entropy",
)
GLRLM = (
    "ShortRunEmphasis",
    "LongRunEmphasis",
    "LowGrayLevelRunEmphasis",
    "HighGrayLevelRunEmphasis",
    "ShortRunLowGrayLevelEmphasis",
    "ShortRunHighGrayLevelEmphasis",
    "LongRunLowGrayLevelEmphasis",
    "LongRunHighGrayLevelEmphasis",
    "GrayLevelNonUniformity",
    "GrayLevelNonUniformityNormalized",
    "RunLengthNonUniformity",
    "RunLengthNonUniformityNormalized",
    "RunPercentage",
    "GrayLevelVariance",
    "RunVariance",
    "RunEntropy",
)
GLSZM = (
    "SmallAreaEmphasis",
    "LargeAreaEmphasis",
    "LowGrayLevelZoneEmphasis",
    "HighGrayLevelZoneEmphasis",
    "SmallAreaLowGrayLevelEmphasis",
    "SmallAreaHighGrayLevelEmphasis",
    "LargeAreaLowGrayLevelEmphasis",
    "LargeAreaHighGrayLevelEmphasis",
    "GrayLevelNonUniformity",
    "GrayLevelNonUniformityNormalized",
    "SizeZoneNonUniformity",
    "SizeZoneNonUniformityNormalized",
    "ZonePercentage",
    "GrayLevelVariance",
    "ZoneVariance",
    "ZoneEntropy",
)
#: Two of the sixteen say nothing new: every pixel has one dependence, and levels are counted
#: pixel by pixel, so that they stand for Uniformity and for 1.
GLDM = (
    "SmallDependenceEmphasis",
    "LargeDependenceEmphasis",
    "LowGrayLevelEmphasis",
    "HighGrayLevelEmphasis",
    "SmallDependenceLowGrayLevelEmphasis",
    "SmallDependenceHighGrayLevelEmphasis",
    "LargeDependenceLowGrayLevelEmphasis",
    "LargeDependenceHighGrayLevelEmphasis",
    "GrayLevelNonUniformity",
    "",
    "DependenceNonUniformity",
    "DependenceNonUniformityNormalized",
    "",
    "GrayLevelVariance",
    "DependenceVariance",
    "DependenceEntropy",
)
NGTDM = ("Busyness", "Coarseness", "Complexity", "Contrast", "Strength")

TEXTURES = {
    "glcm": GLCM,
    "glrlm": GLRLM,
    "glszm": GLSZM,
    "gldm": tuple(name for name in GLDM if name),
    "ngtdm": NGTDM,
}
CLASSES = {"firstorder": FIRST_ORDER, "shape2D": SHAPE_2D} | TEXTURES

#: Not defined where all pixels fall into one bin: zero divided by zero.
NEEDS_TWO_LEVELS = {
    "glcm": frozenset({"Correlation", "Imc1", "Imc2", "MCC"}),
    "ngtdm": frozenset({"Busyness", "Coarseness", "Contrast"}),
}
#: Not defined where all values are the same.
NEEDS_TWO_VALUES = frozenset({"Skewness", "Kurtosis"})
