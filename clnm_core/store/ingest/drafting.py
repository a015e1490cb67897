"""What does one column of a table become in a proposed mapping, and what is not certain?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from clnm_core.domain.columns import Kind, Role
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.store.ingest.column_kinds import Look, look_at, role_of
from clnm_core.store.ingest.layout import JOINT
from clnm_core.store.ingest.mapping import ColumnRule, OutcomeRule
from clnm_core.store.ingest.naming import label_for, last_part, name_for
from clnm_core.store.ingest.nodes import ACCURACY
from clnm_core.store.ingest.outcome_words import says_no, says_unknown, says_yes
from clnm_core.store.ingest.reading import Table
from clnm_core.store.ingest.stages import stage_outcomes
from clnm_core.store.ingest.synonyms import level_of, meaning, plain
from clnm_core.store.ingest.units import is_convertible, unit_in, unit_in_brackets

_T = frozenset({"t", "t stage", "t category", "tumor stage", "tumour stage"})
_M = frozenset({"m", "m stage", "m category"})
_N = frozenset(
    {
        "n",
        "n stage",
        "n category",
        "pn",
        "p n",
        "pn stage",
        "p n stage",
        "lymph node stage",
        "nodal stage",
    }
)
_STAGE_NAMES = {
    "t": ("t_stage", "T stage"),
    "n": ("n_stage", "N stage"),
    "m": ("m_stage", "M stage"),
}
_GENERIC = frozenset(
    "outcome label class target y event diagnosis malignancy malignant status truth metastasis "
    "result".split()
) | {"ground truth", "y true", "final diagnosis"}
_AFTER = frozenset({"pathology", "total_dissected", "positive_dissected"})


@dataclass(slots=True)
class Draft:
    """What is collected on the way through the columns."""

    table: Table
    columns: list[ColumnRule] = field(default_factory=list)
    outcomes: list[OutcomeRule] = field(default_factory=list)
    skip: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    looks: dict[str, Look] = field(default_factory=dict)
    distinct: dict[str, list[str]] = field(default_factory=dict)

    def look(self, source: str) -> Look:
        """What a column looks like; looked at once."""
        if source not in self.looks:
            words = self.table.frame[source]
            self.looks[source] = look_at(words, source, decimal=self.table.decimal)
        return self.looks[source]

    def words(self, source: str) -> list[str]:
        """The different words of a column, in order."""
        if source not in self.distinct:
            cells = set(self.table.frame[source].tolist())
            self.distinct[source] = sorted(word for word in cells if isinstance(word, str))
        return self.distinct[source]

    def add(self, rule: ColumnRule) -> None:
        """Keep a rule, and its name from being given again."""
        self.columns.append(rule)
        self.taken.add(rule.name)


def stage_letter(source: str) -> str:
    """``t``, ``n`` or ``m`` where a column names a stage of that kind, else empty."""
    text = plain(last_part(source))
    return "t" if text in _T else "n" if text in _N else "m" if text in _M else ""


def add_finding(draft: Draft, source: str, is_weighed: bool) -> None:
    """A finding by neck level: a flag, known after surgery where the outcome is made of it."""
    modality = source.split(JOINT)[0]
    is_after = modality in _AFTER or (is_weighed and modality in ACCURACY)
    draft.add(
        ColumnRule(
            source,
            name_for(source, draft.taken, is_short=False),
            label_for(source, is_short=False),
            Kind.FLAG,
            Role.POST_OUTCOME if is_after else Role.PREDICTOR,
        )
    )


def add_stage(draft: Draft, source: str, letter: str) -> None:
    """T, M, or an N stage beside findings by level: a category of the cohort's own."""
    look = draft.look(source)
    name, label = _STAGE_NAMES[letter]
    if name in draft.taken:
        name, label = name_for(source, draft.taken, is_short=True), source
    is_outcome = letter == "n"
    draft.add(
        ColumnRule(
            source,
            name,
            label,
            Kind.CATEGORY,
            Role.POST_OUTCOME if is_outcome else Role.PREDICTOR,
            levels=look.levels or tuple(draft.words(source)),
        )
    )
    if not is_outcome:
        draft.unsure.append(
            f"Column {source!r}: unsure whether it is pathological. If it was known only after "
            f'surgery, mark {name} as such (role = "post_outcome").'
        )
    _doubt(draft, source, look)


def add_n_stage(draft: Draft, source: str) -> None:
    """Outcomes from an N stage, where no column of their own gives them; and the stage itself."""
    words = draft.words(source)
    names = {outcome.name for outcome in draft.outcomes}
    rules = [rule for rule in stage_outcomes(source, words) if rule.name not in names]
    draft.outcomes += rules
    add_stage(draft, source, "n")
    for rule in rules:
        if rule.name == "central" and rule.unknown:
            n = int(draft.table.frame[source].isin(list(rule.unknown)).sum())
            draft.unsure.append(
                f"Column {source!r}: {' and '.join(rule.unknown)} does not say whether the central "
                f"neck is involved, so central is unknown for {n} rows."
            )
    if not rules and not names:
        draft.unsure.append(
            f"Column {source!r} looks like the N stage, but not all of its words are stages: "
            f"{', '.join(words[:6])}. Write the outcome under [[outcome]]."
        )


def add_registered(draft: Draft, source: str, *, has_nodes: bool) -> bool:
    """Map a column to a registered variable; False where it means none, or does not fit it."""
    base, unit = unit_in(last_part(source))
    name = meaning(base) or meaning(last_part(source))
    if not name or name in draft.taken or name in ("case_id", "patient_id"):
        return False
    column = BUILT_IN[name]
    words = draft.words(source)
    if column.role is Role.OUTCOME:
        is_flag = all(says_yes(w) or says_no(w) or says_unknown(w) for w in words)
        if has_nodes or JOINT in source or not is_flag:
            return False
        _add_outcome(draft, name, source, words)
        draft.taken.add(name)
        if plain(base) == "clnm":
            draft.unsure.append(
                f"Column {source!r} is taken as central metastasis; CLNM may also mean cervical."
            )
        return True
    look = draft.look(source)
    if column.kind is Kind.NUMBER:
        return _add_number(draft, source, name, unit, look)
    recode = {word: level_of(name, word) for word in words}
    is_open = column.kind is Kind.TEXT or (column.kind is Kind.CATEGORY and not column.levels)
    unknown = () if is_open else tuple(w for w in words if not recode[w] and says_unknown(w))
    strange = [] if is_open else [w for w in words if not recode[w] and w not in unknown]
    if strange:
        draft.unsure.append(
            f"Column {source!r} looks like {column.label.lower()}, but {strange[0]!r} is not one of "
            "its words; kept as a column of the cohort's own. Recode its words to use the "
            f"registered {name}."
        )
        return False
    kept = () if is_open else tuple((w, k) for w, k in recode.items() if k and w != k)
    if column.kind is Kind.FLAG:
        kept = tuple((w, k) for w, k in kept if not (says_yes(w) or says_no(w)))
    draft.add(
        ColumnRule(
            source, name, column.label, column.kind, column.role, missing=unknown, recode=kept
        )
    )
    if unknown:
        draft.unsure.append(f"Column {source!r}: {', '.join(unknown)} read as missing.")
    return True


def _add_number(draft: Draft, source: str, name: str, unit: str, look: Look) -> bool:
    column = BUILT_IN[name]
    if look.kind is not Kind.NUMBER and not (look.kind is Kind.FLAG and not look.levels):
        return False
    if unit and not is_convertible(unit, column.unit):
        return False
    if not unit and column.unit == "mm":
        unit = "mm"
        draft.unsure.append(
            f'Column {source!r} names no unit; taken as mm. Write unit = "cm" for {name} if it '
            "is cm."
        )
    elif not unit:
        unit = column.unit
    draft.add(
        ColumnRule(
            source, name, column.label, Kind.NUMBER, column.role, unit=unit, missing=look.missing
        )
    )
    _doubt(draft, source, look)
    return True


def add_own(draft: Draft, source: str, *, is_short: bool) -> None:
    """A column that the registry does not know; ``is_short`` names it by its lowest header."""
    base, unit = unit_in_brackets(last_part(source))
    look = draft.look(source)
    is_after = source.split(JOINT)[0] in _AFTER
    role = Role.POST_OUTCOME if is_after else role_of(base)
    kind = look.kind or Kind.TEXT
    named = source if unit == "" or not is_short else base
    label = label_for(named, is_short=is_short)
    name = name_for(named if not unit else f"{named} {unit}", draft.taken, is_short=is_short)
    if plain(source) == "risk":
        name, label = name_for("risk class", draft.taken, is_short=True), "Risk class"
    draft.add(
        ColumnRule(
            source,
            name,
            label,
            kind,
            role,
            unit=unit if kind is Kind.NUMBER else "",
            levels=look.levels if kind is Kind.CATEGORY else (),
            missing=look.missing,
        )
    )
    if plain(base) in ("pathology", "histology type", "variant"):
        draft.unsure.append(
            f"Column {source!r}: unsure whether it was known before surgery. If not, mark "
            f'{name} as known only after it (role = "post_outcome").'
        )
    elif role is Role.POST_OUTCOME and not is_after:
        draft.unsure.append(
            f"Column {source!r} is taken as known only after surgery, so no model may use it."
        )
    if kind is Kind.TEXT:
        draft.unsure.append(
            f"Column {source!r} is free text; make sure that it names nobody, or skip it."
        )
    _doubt(draft, source, look)


def _add_outcome(draft: Draft, name: str, source: str, words: list[str]) -> None:
    unknown = tuple(word for word in words if says_unknown(word) and not says_no(word))
    draft.outcomes.append(
        OutcomeRule(
            name,
            source,
            true=tuple(word for word in words if says_yes(word) and word not in unknown),
            false=tuple(word for word in words if not says_yes(word) and word not in unknown),
            unknown=unknown,
        )
    )
    if unknown:
        draft.unsure.append(
            f"Column {source!r}: {', '.join(unknown)} taken as unknown, not as negative."
        )


def add_generic_outcome(draft: Draft) -> None:
    """An outcome of the cohort's own, where a column is called outcome, class, ..."""
    for position, rule in enumerate(draft.columns):
        words = draft.words(rule.source)
        events = [word for word in words if says_yes(word)]
        if plain(last_part(rule.source)) not in _GENERIC or not events or len(words) > 6:
            continue
        is_malignant = any("malignan" in word.casefold() for word in words)
        name = (
            "malignant"
            if is_malignant and "malignant" not in draft.taken
            else (name_for(f"{rule.name} event", draft.taken, is_short=True))
        )
        _add_outcome(draft, name, rule.source, words)
        draft.columns[position] = replace(rule, role=Role.POST_OUTCOME)
        draft.unsure.append(
            f"Column {rule.source!r} is taken as the outcome, with {' or '.join(events)} as the event."
        )
        return
    draft.unsure.append(
        "No outcome was found. Name one under [[outcome]]: its column, and which words are true "
        "and false."
    )


def _doubt(draft: Draft, source: str, look: Look) -> None:
    draft.unsure.extend(f"Column {source!r}: {doubt}." for doubt in look.doubts)
