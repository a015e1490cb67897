"""``models``: list the models and their versions, write a card, retire one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clnm_core.cli.output import write_text
from clnm_core.errors import InputError
from clnm_core.report.model_card import card_html, card_json
from clnm_core.report.model_card_facts import model_card
from clnm_core.report.model_card_words import state_words
from clnm_core.report.model_compare import compare_versions
from clnm_core.report.model_list import ListedModel, listed_models
from clnm_core.store.places import default_store
from clnm_core.store.retiring import restore, retire
from clnm_core.store.warehouse import Warehouse

_ACTIONS = ("list", "card", "compare", "retire", "restore")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "action",
        nargs="?",
        choices=_ACTIONS,
        default="list",
        help="what to do (default: %(default)s)",
    )
    parser.add_argument("name", nargs="?", help="model, for all but list")
    parser.add_argument("--cohort", help="cohort of the model; list: of the models")
    parser.add_argument("--version", help="version of the model (default: the one in use)")
    parser.add_argument("--against", metavar="NAME", help="compare: the other model, if not NAME")
    parser.add_argument("--against-version", metavar="V", help="compare: the other version")
    parser.add_argument("--why", metavar="TEXT", help="retire: the reason; it is kept")
    parser.add_argument("--html", metavar="PATH", help="card: write it as one file")
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Do it; returns the contract of ``models --json``."""
    if options.action == "list":
        return _list(options)
    if not options.name or not options.cohort:
        raise InputError(
            f"models {options.action} needs the NAME of a model and --cohort. See models --cohort."
        )
    if options.action in ("retire", "restore"):
        return _changed(options)
    with Warehouse.open(options.store) as warehouse:
        if options.action == "compare":
            return _compared(warehouse, options)
        card = model_card(warehouse, options.cohort, options.name, options.version or "")
        if options.html:
            write_text(card_html(card), options.html)
    return {"action": "card"} | card_json(card)


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    if result["action"] == "card":
        return "\n".join(
            [result["answer"], "Limits, and what was not tested:"]
            + [f"  {sentence}" for sentence in result["limits"]]
        )
    if result["action"] == "list":
        return "\n".join(result["lines"]) or "There is no model yet. Train one, or import risks."
    return "\n".join(result["sentences"])


def _list(options: argparse.Namespace) -> dict[str, Any]:
    with Warehouse.open(options.store) as warehouse:
        names = [options.cohort] if options.cohort else [one.name for one in warehouse.cohorts()]
        found = [(name, one) for name in names for one in listed_models(warehouse, name)]
    lines = []
    for cohort in dict.fromkeys(name for name, _ in found):
        lines.append(cohort)
        lines += [line for name, one in found if name == cohort for line in _lines(one)]
    return {
        "action": "list",
        "models": [{"cohort": cohort} | one.to_dict() for cohort, one in found],
        "lines": lines,
    }


def _lines(one: ListedModel) -> list[str]:
    head = f"  {one.name:24} {one.version}  {one.outcome:12} {one.system:12} {one.state}"
    said = f"    AUC {one.judged}" if one.judged else "    not judged outside training"
    earlier = [
        f"    version {old.number}: {old.version}  {old.created[:10]}  {state_words(old)}"
        for old in one.history
        if old.version != one.version
    ]
    parts = [f"    tried: {', '.join(one.parts)}"] if one.parts else []
    return [head, said, *earlier, *parts]


def _compared(warehouse: Warehouse, options: argparse.Namespace) -> dict[str, Any]:
    if not options.against and not options.against_version:
        raise InputError(
            "models compare needs --against NAME, --against-version V, or both: what to compare "
            "with."
        )
    found = compare_versions(
        warehouse,
        options.cohort,
        (options.name, options.version or ""),
        (options.against or options.name, options.against_version or ""),
    )
    return {"action": "compare"} | found.to_dict()


def _changed(options: argparse.Namespace) -> dict[str, Any]:
    version = options.version or ""
    which = f"version {options.version} of {options.name}" if options.version else options.name
    if options.action == "retire":
        if not options.why:
            raise InputError("models retire needs --why TEXT: the reason, which is kept.")
        number = retire(
            options.store, options.cohort, options.name, why=options.why, version=version
        )
        said = f"Retired {which}."
    else:
        number = restore(options.store, options.cohort, options.name, version=version)
        said = f"Brought back {which}."
    return {
        "action": options.action,
        "cohort": options.cohort,
        "model": options.name,
        "model_version": options.version,
        "store_version": number,
        "sentences": [f"{said} Published as store version {number}."],
    }
