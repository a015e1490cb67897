"""By which words do tables name the variables that the product knows?

Names are compared in lower case, without punctuation and without a unit at their end.
"""

from __future__ import annotations

import re

from clnm_core.domain.columns import Kind
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.store.ingest.outcome_words import says_no, says_yes
from clnm_core.store.ingest.units import unit_in

PATIENT = frozenset(
    "patient|patient id|patientid|patient no|patient number|patient nr|pat id|num patient|id|"
    "identifier|mrn|medical record number|subject|subject id|pid|record id|study id|row name|"
    "病人编号|住院号|患者编号".split("|")
)
CASE = frozenset(
    "case|case id|caseid|case no|case number|lesion|lesion id|nodule id|tumor id|tumour id".split(
        "|"
    )
)
IMAGE = frozenset(
    "image|images|file|filename|file name|image file|image name|image id|image path|picture|"
    "path|img|图像".split("|")
)

NAMES: dict[str, str] = {
    "centre": "center|hospital|institution|institute|clinic|site name|centre name|医院|中心",
    "split": "set|dataset|data set|partition|subset|fold|cohort split",
    "age_years": "age|age at diagnosis|age at surgery|age at examination|patient age|alter|edad|"
    "âge|年龄",
    "sex": "gender|geschlecht|sexe|sexo|性别",
    "tumour_site": "tumor site|gland|primary site",
    "max_diameter_mm": "size|tumor size|tumour size|nodule size|lesion size|max diameter|"
    "maximum diameter|maximal diameter|largest diameter|diameter|tumor diameter|"
    "tumour diameter|nodule diameter|max size|maximum size|us size|longest diameter|"
    "结节大小|最大径|肿瘤大小",
    "capsule_distance_mm": "distance to capsule|distance from capsule|capsular distance|"
    "nodule capsule distance|tumor capsule distance|tumour capsule distance|"
    "distance capsule|dist to capsule|distance to the capsule|包膜距离",
    "lobe": "thyroid lobe|tumor lobe|tumour lobe|lobe side",
    "third": "lobe third|vertical location|pole",
    "multifocal": "multifocality|focality|multiple lesions|multi focality|多灶",
    "taller_than_wide": "taller than wide shape|aspect ratio 1|a t 1",
    "echogenicity": "echo|nodule echogenicity|回声",
    "margin": "margins|border|nodule margin|边界",
    "composition": "nodule composition|internal composition",
    "calcification": "calcifications|echogenic foci|钙化",
    "vascularity": "blood flow|doppler|cdfi|vascularization|血流",
    "ti_rads": "tirads|ti rads level|acr ti rads|ti rads category|ti rads score",
    "extrathyroidal_extension": "ete|gross ete|extra thyroidal extension|ete on imaging",
    "hashimoto": "hashimoto s thyroiditis|hashimotos thyroiditis|ht|chronic thyroiditis|桥本",
    "braf_v600e": "braf|braf mutation|brafv600e|braf v600e mutation",
    "us_reported_nodes": "us reported lymph nodes|us node status|us ln|us lnm|us reported ln|"
    "ultrasound reported nodes|us lymph node status",
    "ct_reported_nodes": "ct reported lymph nodes|ct node status|ct ln|ct lnm|ct reported ln|"
    "ct lymph node status",
    "lymphocyte_monocyte_ratio": "lmr|lymphocyte to monocyte ratio",
    "node_neck_level": "neck level|node level|lymph node level",
    "node_short_axis_mm": "short axis|node short axis|short diameter|node short diameter|"
    "short axis diameter|node short axis diameter",
    "node_density_hu": "density|node density|ct value|ct density|mean hu|hu",
    "report_text": "report|radiology report|us report|report findings|findings text",
    "positive_nodes": "number of positive nodes|positive lymph nodes|metastatic nodes|"
    "number of metastatic nodes|n positive nodes|number of metastatic lymph nodes",
    "risk_stage": "nodal risk stage|nodal risk",
    "any": "cervical lymph node metastasis|lymph node metastasis|lnm|clnm any|nodal metastasis|"
    "any node metastasis|node positive|ln metastasis|lymph node status|cervical lnm|"
    "any cervical node metastasis|nodal status|淋巴结转移",
    "central": "central lymph node metastasis|central lnm|clnm|central neck metastasis|cln metastasis|"
    "central node metastasis|中央区淋巴结转移",
    "lateral": "lateral lymph node metastasis|lateral lnm|llnm|lateral neck metastasis|"
    "lln metastasis|lateral node metastasis|侧颈淋巴结转移",
}

LEVELS: dict[str, dict[str, str]] = {
    "sex": {
        "f": "female", "w": "female", "woman": "female", "weiblich": "female", "femme": "female",
        "女": "female", "m": "male", "man": "male", "männlich": "male", "homme": "male",
        "男": "male",
    },
    "split": {
        "training": "train", "development": "train", "derivation": "train", "val": "validation",
        "valid": "validation", "tuning": "validation", "internal validation": "validation",
        "testing": "test", "internal test": "test", "hold out": "test", "holdout": "test",
        "external validation": "external", "external test": "external",
    },
    "lobe": {"l": "left", "r": "right", "i": "isthmus", "left lobe": "left", "right lobe": "right"},
    "third": {
        "upper third": "upper", "middle third": "middle", "lower third": "lower", "mid": "middle",
        "upper pole": "upper", "lower pole": "lower",
    },
    "margin": {
        "well defined": "smooth", "ill defined": "ill_defined", "lobulated": "irregular",
        "ete": "extrathyroidal",
    },
    "echogenicity": {
        "marked hypoechoic": "markedly_hypoechoic", "very hypoechoic": "markedly_hypoechoic",
    },
    "composition": {"mixed cystic and solid": "mixed", "predominantly solid": "mixed"},
    "calcification": {
        "no": "none", "absent": "none", "microcalcification": "micro",
        "microcalcifications": "micro", "macrocalcification": "macro",
        "macrocalcifications": "macro", "peripheral": "rim",
    },
    "vascularity": {"no": "none", "absent": "none"},
    "ti_rads": {
        **{f"tr{i}": str(i) for i in range(1, 6)},
        **{f"tr {i}": str(i) for i in range(1, 6)},
        **{f"ti rads {i}": str(i) for i in range(1, 6)},
    },
    "node_neck_level": {
        **{
            f"{word}{roman}": f"level_{roman}"
            for roman in ("i", "ii", "iii", "iv", "v", "vi", "vii")
            for word in ("", "level ")
        }
    },
    "multifocal": {
        "multi focal": "yes", "multifocal": "yes", "multiple": "yes", "uni focal": "no",
        "unifocal": "no", "single": "no", "solitary": "no",
    },
    "braf_v600e": {"mutated": "yes", "mutant": "yes", "wild type": "no", "wildtype": "no"},
}  # fmt: skip
"""Words of tables for the levels of a registered variable; ``yes`` and ``no`` of a flag."""

_MEANING = {
    **{plain: name for name, text in NAMES.items() for plain in text.split("|")},
    **{unit_in(name)[0].replace("_", " "): name for name in BUILT_IN.names},
    **{name.replace("_", " "): name for name in BUILT_IN.names},
}


def plain(text: str) -> str:
    """Lower case, words separated by one space: ``Tumor-Size`` is ``tumor size``.

    Examples
    --------
    >>> plain("T.I.-RADS"), plain("US_LN")
    ('ti rads', 'us ln')

    """
    text = re.sub(r"(?<=\b[A-Za-z])\.(?=[A-Za-z]\b)", "", text)
    text = re.sub(r"([a-z])([A-Z])", r"\1 \2", text)
    return re.sub(r"[\W_]+", " ", text).strip().casefold()


def meaning(name: str) -> str:
    """The registered variable that a column name means; empty where it means none.

    Examples
    --------
    >>> meaning("Gender"), meaning("tumor size"), meaning("shoe size")
    ('sex', 'max_diameter_mm', '')

    """
    text = plain(name)
    squeezed = text.replace(" ", "")
    if text in _MEANING:
        return _MEANING[text]
    return next(
        (known for word, known in _MEANING.items() if word.replace(" ", "") == squeezed), ""
    )


def level_of(name: str, word: str) -> str:
    """The level of a registered variable that a word means; empty where it means none.

    Examples
    --------
    >>> level_of("sex", "F"), level_of("margin", "ill-defined"), level_of("sex", "unknown")
    ('female', 'ill_defined', '')

    """
    column = BUILT_IN[name]
    text = plain(word)
    if column.kind is Kind.FLAG:
        known = LEVELS.get(name, {}).get(text, "")
        return known or ("yes" if says_yes(word) else "no" if says_no(word) else "")
    for level in column.levels:
        if text in (plain(level.value), plain(level.label)):
            return level.value
    return LEVELS.get(name, {}).get(text, "")
