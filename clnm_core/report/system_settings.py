"""What is each setting of a system called, and which of them matter most?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clnm_core.report.wording import upper_first


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as a reader meets it.

    Parameters
    ----------
    label : str
    help : str
        One sentence; may be empty.
    choices : mapping of str to str
        Words for the values that it takes; empty where it takes any of its kind.
    is_first : bool
        Whether it stands in the form itself and not under “More settings”.
    number : type, optional
        ``int`` or ``float`` where the default is nothing, and a number may take its place.

    """

    label: str
    help: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    is_first: bool = False
    number: type | None = None


ONLY_BY_COMMAND = frozenset({"bert_folder", "checkpoint", "checkpoints", "predictors"})
"""Settings that name files of the server, or columns: they are given on the command line."""

_TRAINING = {
    "epochs": Setting("Epochs, at most", "Training stops before where validation says so."),
    "batch": Setting("Cases at a time"),
    "learning_rate": Setting("Learning rate"),
    "weight_decay": Setting("Weight decay"),
    "patience": Setting(
        "Patience (epochs)", "So many epochs without a better validation AUC end the training."
    ),
    "warmup_epochs": Setting("Warm-up (epochs)"),
    "label_smoothing": Setting("Label smoothing"),
    "dropout": Setting("Dropout"),
}
_NETWORKS = {
    "vgg16": "VGG-16",
    "vgg19": "VGG-19",
    "legacy_xception": "Xception",
    "inception_v3": "Inception v3",
    "inception_resnet_v2": "Inception-ResNet v2",
    "densenet121": "DenseNet-121",
    "densenet169": "DenseNet-169",
    "resnet50": "ResNet-50",
}
_AS_SIZE = {
    name: Setting(_TRAINING[name].label, _TRAINING[name].help, number=kind)
    for name, kind in (
        *(("epochs", int), ("batch", int), ("learning_rate", float), ("weight_decay", float)),
        *(("patience", int), ("warmup_epochs", int), ("dropout", float)),
    )
}
_BACKBONE = Setting(
    "Network of the deep features",
    "Any of the library timm; without network access it works with random weights and says so.",
    {
        "resnet18": "ResNet-18",
        "resnet50": "ResNet-50",
        "densenet121": "DenseNet-121",
        "vgg16": "VGG-16",
        "legacy_xception": "Xception",
        "inception_v3": "Inception v3",
    },
    is_first=True,
)
_MOST_R = Setting(
    "Largest correlation of two features", "Of two features that agree more, one is left out."
)

SETTINGS: dict[str, dict[str, Setting]] = {
    "cli-dlr": {
        "images": Setting(
            "Pictures",
            "Without pictures the clinical model is learned alone.",
            {
                "auto": "read where there are any",
                "always": "every case must have one",
                "never": "not read",
            },
            is_first=True,
        ),
        "backbone": _BACKBONE,
        "deep": Setting("Deep features"),
        "radiomics": Setting("Radiomics"),
        "alpha": Setting("p below which a feature may join the score"),
        "most_r": _MOST_R,
        "signature_alpha": Setting("p below which a feature may join the signature alone"),
    },
    "score-model": {
        "images": Setting(
            "Pictures",
            "Without pictures it learns from findings alone.",
            {"auto": "read where there are any", "yes": "read", "no": "not read"},
            is_first=True,
        ),
        "learner": Setting(
            "Learner that is kept",
            "All nine are tried and shown, whichever is kept.",
            {
                "logistic-regression": "logistic regression",
                "svm": "support vector machine",
                "knn": "K nearest neighbours",
                "decision-tree": "decision tree",
                "random-forest": "random forest",
                "extra-trees": "extra trees",
                "xgboost": "XGBoost",
                "lightgbm": "LightGBM",
                "mlp": "multilayer perceptron",
                "best": "the best by cross-validation",
            },
            is_first=True,
        ),
        "backbone": _BACKBONE,
        "radiomics_images": Setting(
            "Radiomics of",
            choices={
                "original": "the picture itself",
                **{f"wavelet-{band}": f"wavelet {band}" for band in ("LH", "HL", "HH", "LL")},
                **{f"log-sigma-{mm}-0-mm-2D": f"blobs of {mm} mm" for mm in (1, 2, 3)},
            },
        ),
        "most_r": _MOST_R,
        "ridge_c": Setting("Inverse ridge penalty of the scores"),
    },
    "llnm-net": {
        **_AS_SIZE,
        "size": Setting(
            "Size",
            "“Paper” is the network as published, and wants a GPU.",
            {"small": "small, for a processor", "paper": "as in the paper"},
            is_first=True,
        ),
        "location": Setting(
            "Location map",
            "What is painted where the nodule lies.",
            {
                "phi": "relative depth, as published",
                "raw": "distance in mm",
                "none": "left out",
            },
            is_first=True,
        ),
        "report": Setting("Read the report", is_first=True),
        "morphology": Setting("Texture, margin, echogenicity and shape"),
        "demographics": Setting("Age and sex"),
        "fusion": Setting(
            "Attention between pictures and report",
            choices={"bidirectional": "both ways", "unidirectional": "pictures to report alone"},
        ),
        "stage_weight": Setting(
            "Weight of the risk stages", "Of their loss, beside that of the outcome."
        ),
        "members": Setting("Networks averaged", number=int),
        "cross_blocks": Setting("Blocks between pictures and report", number=int),
        "self_blocks": Setting("Blocks of all together", number=int),
    },
    "ct-cad": {
        **_TRAINING,
        "networks": Setting(
            "Networks",
            "None chosen: all eight on a GPU, the two smallest on a processor.",
            _NETWORKS,
            is_first=True,
        ),
        "epochs": Setting(_TRAINING["epochs"].label, _TRAINING["epochs"].help, is_first=True),
        "pretrained": Setting(
            "First weights",
            "Without network access there are none on the hub but those of this machine.",
            {"no": "random", "hub": "ImageNet, from the hub"},
            is_first=True,
        ),
        "size": Setting("Pixels a side", "0: the network's own on a GPU, 64 on a processor."),
        "field_mm": Setting("Field around the node (mm)"),
        "augmentation": Setting("Turn, shift and scale pictures in training"),
        "split": Setting(
            "Leak",
            "Shows beside the model what dividing images instead of patients would have promised of "
            "each network. The model stays the same; a training takes two to three times as long.",
            {"patient": "divide patients", "image": "show the leak of dividing images too"},
        ),
        "kept_as": Setting("Weights kept as", choices={"float16": "16 bits", "float32": "32 bits"}),
    },
}
"""By system, then by setting."""


def setting_of(system: str, name: str) -> Setting:
    """The words of a setting; its name in plain letters where nobody wrote any.

    Examples
    --------
    >>> setting_of("clinical", "warmup_epochs").label
    'Warmup epochs'

    """
    return SETTINGS.get(system, {}).get(name) or Setting(upper_first(name.replace("_", " ")))
