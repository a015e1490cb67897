"""Which variables does the product know before it has seen a table?

A new filterable variable is one entry here; a cohort may declare more of its own.
"""

from __future__ import annotations

from clnm_core.domain.columns import Column, Kind, Level, Registry, Role


def _levels(*pairs: str | tuple[str, str]) -> tuple[Level, ...]:
    return tuple(
        Level(pair, pair.replace("_", " ")) if isinstance(pair, str) else Level(*pair)
        for pair in pairs
    )


def _number(
    name: str,
    label: str,
    unit: str,
    bounds: tuple[float, float],
    help: str,
    role: Role = Role.PREDICTOR,
) -> Column:
    return Column(name, label, Kind.NUMBER, role, unit=unit, bounds=bounds, help=help)


def _category(
    name: str, label: str, levels: tuple[Level, ...], help: str, role: Role = Role.PREDICTOR
) -> Column:
    return Column(name, label, Kind.CATEGORY, role, levels=levels, help=help)


def _flag(name: str, label: str, help: str, role: Role = Role.PREDICTOR) -> Column:
    return Column(name, label, Kind.FLAG, role, help=help)


BUILT_IN = Registry(
    [
        Column(
            "case_id",
            "Case",
            Kind.TEXT,
            Role.IDENTIFIER,
            help="Pseudonym of the index lesion; the unit of analysis.",
        ),
        Column(
            "patient_id",
            "Patient",
            Kind.TEXT,
            Role.IDENTIFIER,
            help="Pseudonym of the patient; resampled and split as a whole.",
        ),
        _category("centre", "Centre", (), "Hospital where the patient was examined.", Role.DESIGN),
        _category(
            "split",
            "Split",
            _levels("train", "validation", "test", "external"),
            "Which part of the study a patient belongs to; a patient is in one split only.",
            Role.DESIGN,
        ),
        _number("age_years", "Age", "years", (0, 120), "Age at the examination."),
        _category("sex", "Sex", _levels("female", "male"), "Sex as recorded."),
        _category(
            "tumour_site",
            "Tumour site",
            _levels("thyroid", "parotid", "submandibular", "sublingual"),
            "Gland of the index lesion.",
        ),
        _number(
            "max_diameter_mm",
            "Largest diameter",
            "mm",
            (0, 200),
            "Largest diameter of the index lesion on imaging.",
        ),
        _number(
            "capsule_distance_mm",
            "Capsule distance",
            "mm",
            (0, 60),
            "Least distance from the lesion to the thyroid outline; 0 where it touches. Shen 2025, doi:10.1038/s41467-025-62042-z.",
        ),
        _category(
            "lobe",
            "Lobe",
            _levels("left", "right", "isthmus"),
            "Side of the gland, seen from the patient.",
        ),
        _category("third", "Third", _levels("upper", "middle", "lower"), "Height within the lobe."),
        _flag("multifocal", "Multifocal", "More than one suspicious lesion."),
        _flag(
            "taller_than_wide", "Taller than wide", "Height exceeds width on the transverse view."
        ),
        _category(
            "echogenicity",
            "Echogenicity",
            _levels("markedly_hypoechoic", "hypoechoic", "isoechoic", "hyperechoic", "anechoic"),
            "Echo of the lesion against the gland around it.",
        ),
        _category(
            "margin",
            "Margin",
            _levels("smooth", ("ill_defined", "ill-defined"), "irregular", "extrathyroidal"),
            "Outline of the lesion.",
        ),
        _category(
            "composition",
            "Composition",
            _levels("solid", "mixed", "cystic", "spongiform"),
            "Solid and cystic parts.",
        ),
        _category(
            "calcification",
            "Calcification",
            _levels("none", "micro", "macro", "rim"),
            "Echogenic foci.",
        ),
        _category(
            "vascularity",
            "Vascularity",
            _levels("none", "peripheral", "central", "mixed"),
            "Doppler flow.",
        ),
        _category(
            "ti_rads",
            "TI-RADS",
            _levels("1", "2", "3", "4", "5"),
            "ACR TI-RADS level, doi:10.1016/j.jacr.2017.01.046.",
        ),
        _flag(
            "extrathyroidal_extension",
            "Extrathyroidal extension on imaging",
            "As seen before surgery.",
        ),
        _flag("hashimoto", "Hashimoto thyroiditis", "Known before surgery."),
        _flag("braf_v600e", "BRAF V600E", "Mutation found on needle aspirate."),
        _flag(
            "us_reported_nodes",
            "Nodes reported on ultrasound",
            "Suspicious cervical nodes in the ultrasound report.",
        ),
        _flag(
            "ct_reported_nodes",
            "Nodes reported on CT",
            "Suspicious cervical nodes in the CT report.",
        ),
        _number(
            "lymphocyte_monocyte_ratio",
            "Lymphocyte-monocyte ratio",
            "",
            (0, 60),
            "From the blood count before surgery.",
        ),
        _category(
            "node_neck_level",
            "Neck level",
            _levels(
                *[
                    (f"level_{n.lower()}", f"level {n}")
                    for n in ("I", "II", "III", "IV", "V", "VI", "VII")
                ]
            ),
            "Level of the index node.",
        ),
        _number(
            "node_short_axis_mm",
            "Node short axis",
            "mm",
            (0, 100),
            "Short axis of the index node on CT.",
        ),
        _number(
            "node_density_hu",
            "Node density",
            "HU",
            (-1024, 3071),
            "Mean density of the index node on contrast-enhanced CT.",
        ),
        Column(
            "report_text", "Report", Kind.TEXT, help="Text of the radiology report, de-identified."
        ),
        _flag(
            "any",
            "Any cervical node metastasis",
            "Central or lateral metastasis on pathology; NX is unknown.",
            Role.OUTCOME,
        ),
        _flag(
            "central",
            "Central neck metastasis",
            "Level VI or VII on pathology; unknown where not dissected.",
            Role.OUTCOME,
        ),
        _flag(
            "lateral",
            "Lateral neck metastasis",
            "Levels II to V on pathology; unknown where not dissected.",
            Role.OUTCOME,
        ),
        _number(
            "positive_nodes",
            "Positive nodes",
            "",
            (0, 200),
            "Metastatic nodes on pathology.",
            Role.POST_OUTCOME,
        ),
        _category(
            "risk_stage",
            "Nodal risk stage",
            _levels("low", "medium", "high"),
            "Low: at most 5 micro-metastases under 2 mm; high: a node over 30 mm; medium: between.",
            Role.POST_OUTCOME,
        ),
        _number(
            "true_risk",
            "True risk",
            "",
            (0, 1),
            "Probability from which the synthetic outcome was drawn.",
            Role.TRUTH,
        ),
    ]
)
