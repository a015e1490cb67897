"""What is around every page: navigation, badge, cohort in words, footer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from clnm_core import __version__
from clnm_core.errors import ClnmError
from clnm_core.report.wording import RESEARCH_USE, count_text
from clnm_core.ui import cached, cohort_bar, visiting_file
from clnm_core.ui.charts.theme import palette
from clnm_core.ui.entries import PAGES, Entry
from clnm_core.ui.words import plain

_FOLDER = Path(__file__).resolve().parents[2] / "pages"


def pages() -> dict[str, list[StreamlitPage]]:
    """The navigation: the pages that are there, by group."""
    groups: dict[str, list[StreamlitPage]] = {}
    for entry in PAGES:
        if is_there(entry):
            groups.setdefault(entry.group, []).append(_page(entry))
    return groups


def is_there(entry: Entry) -> bool:
    """Whether the page has been built."""
    return (_FOLDER / entry.file).exists()


def path_of(file: str) -> str:
    """The path by which ``st.switch_page`` and ``st.page_link`` know a page."""
    return str(_FOLDER / file)


def entry_of(page: StreamlitPage) -> Entry:
    """The line of the navigation that a page was made from."""
    return next(entry for entry in PAGES if entry.title == page.title)


def is_dark() -> bool:
    """Whether the visitor sees the dark theme."""
    return st.context.theme.type == "dark"


def style() -> None:
    """The few rules that the theme has no word for."""
    colours = palette(is_dark())
    st.html(
        f"""<style>
        :has(> .st-key-cohort_line) {{ position: sticky; top: 0; z-index: 90; }}
        .st-key-cohort_line {{
            background: {colours.page};
            border-bottom: 1px solid {colours.grid}; padding: 0.55rem 0; margin: 0;
        }}
        [data-testid="stMetricLabel"] *, [data-testid="stMetricDelta"] * {{
            white-space: normal !important; overflow: visible !important;
        }}
        [data-testid="stMainBlockContainer"] {{ padding-left: 2.5rem; padding-right: 2.5rem; }}
        [data-testid="stSidebar"] input {{ text-overflow: ellipsis; }}
        .st-key-footer p {{ font-size: 0.8rem; }}
        [data-testid="stSidebarNavLink"]:focus-visible, [data-testid="stCheckbox"]:has(input:focus-visible),
        [data-testid="stFileUploader"] button:focus-visible {{
            outline: 2px solid {colours.absent}; outline-offset: -1px; border-radius: 6px;
        }}
        .clnm-table {{ overflow-x: auto; border: 1px solid {colours.grid}; border-radius: 6px; }}
        .clnm-table table {{ width: 100%; border-collapse: collapse; font-size: 0.9rem; }}
        .clnm-table th {{
            text-align: left; font-weight: 500; color: {colours.muted}; padding: 0.4rem 0.6rem;
            vertical-align: bottom; line-height: 1.25;
        }}
        .clnm-table td {{
            border-top: 1px solid {colours.grid}; padding: 0.25rem 0.6rem;
            font-variant-numeric: tabular-nums;
        }}
        .clnm-table.links tbody tr {{ position: relative; }}
        .clnm-table.links tbody tr:hover {{ background: {colours.grid}66; }}
        .clnm-table a {{ font-weight: 600; text-decoration: none; color: {colours.absent}; }}
        .clnm-table.links a::after {{ content: ""; position: absolute; inset: 0; }}
        .clnm-table.grouped td {{
            border-top: none; padding-top: 0.1rem; padding-bottom: 0.1rem;
            white-space: nowrap; vertical-align: top;
        }}
        .clnm-table.grouped tr:has(.first) td {{
            border-top: 1px solid {colours.grid}; padding-top: 0.35rem;
        }}
        .clnm-table .first {{ font-weight: 600; }}
        .clnm-table.grouped td:has(.first) {{ min-width: 7rem; white-space: normal; }}
        .clnm-table .number, .clnm-table .share, .clnm-table.links td {{ white-space: nowrap; }}
        .clnm-table th.number {{ white-space: normal; }}
        .clnm-table .bar {{
            display: inline-block; width: 6rem; height: 0.5rem; border-radius: 3px;
            background: {colours.grid}; margin-right: 0.3rem;
        }}
        .clnm-table .bar span {{
            display: block; height: 100%; border-radius: 3px; background: {colours.models[0]};
        }}
        .clnm-table .number {{ text-align: right; }}
        .clnm-table .unknown {{ color: {colours.muted}; font-style: italic; }}
        .clnm-table img {{ display: block; height: 44px; border-radius: 3px; background: #000; }}
        .clnm-record {{ width: 100%; border-collapse: collapse; font-size: 0.93rem; }}
        .clnm-record th {{ text-align: left; font-weight: 600; padding: 0.9rem 0 0.25rem; }}
        .clnm-record tr:first-child th {{ padding-top: 0; }}
        .clnm-record td {{
            border-top: 1px solid {colours.grid}; padding: 0.28rem 0.5rem 0.28rem 0;
            vertical-align: top; font-variant-numeric: tabular-nums;
        }}
        .clnm-record td:first-child {{ color: {colours.muted}; width: 55%; }}
        .clnm-record td.unknown {{ color: {colours.muted}; font-style: italic; }}
        [data-testid="stMetricValue"], [data-testid="stMetricDelta"] {{
            font-variant-numeric: tabular-nums;
        }}
        .st-key-cohort_line p, .st-key-answer p, .st-key-answer_now p {{ font-variant-numeric: tabular-nums; }}
        .st-key-answer p, .st-key-answer_now p {{ font-size: 1.12rem; line-height: 1.5; max-width: 75ch; }}
        </style>"""
    )


def brand() -> None:
    """The product's name above the navigation."""
    st.logo(_WORDMARK.format(ink=palette(is_dark()).ink), size="large")


def cohort_line() -> None:
    """The cohort in words, with the badge of synthetic data; stays in view while scrolling."""
    query = cohort_bar.selected()
    record = cached.cohort(query.cohort)
    words = query.describe(cached.registry(query.cohort))
    cases, patients = cached.size(query)
    all_cases, all_patients = cached.size(query.everyone())
    count = f"{patients:,} of {count_text(all_patients, 'patient')}"
    if all_cases != all_patients:
        count += f", {cases:,} of {count_text(all_cases, 'case')}"
    with st.container(
        key="cohort_line", horizontal=True, wrap=False, vertical_alignment="center", gap="small"
    ):
        if record.is_synthetic:
            st.badge("SYNTHETIC", color="orange", icon=":material/science:")
        if visiting_file.is_visiting(record.name):
            st.badge("ONLY YOU SEE IT", color="blue", icon=":material/lock:")
        st.markdown(f"**{plain(record.title)}** · {plain(words)}: {count}", width="stretch")


def has_cases() -> bool:
    """Whether the query leaves any case; says so, with a way back, where it does not."""
    if cached.size(cohort_bar.selected())[0]:
        return True
    st.subheader("No case is left after these filters")
    st.write(
        "This page would describe the cases that the filters in the sidebar select. "
        "Together they select none: widen a range, or take a filter away."
    )
    st.button("Reset filters", key="reset_empty", on_click=cohort_bar.reset, type="primary")
    return False


@contextlib.contextmanager
def errors_said() -> Iterator[None]:
    """Say an error that a reader can mend in place of the rest of the page; the frame stays."""
    try:
        yield
    except ClnmError as error:
        st.error(plain(str(error)), icon=":material/error:")


def footer() -> None:
    """What holds for every page: research use, version, store version."""
    version = cached.pinned()
    store = f"store version {version}" if version else "no store yet"
    with st.container(key="footer"):
        st.caption(f"{RESEARCH_USE} CLNM Explorer {__version__} · {store}")


def _page(entry: Entry) -> StreamlitPage:
    is_first = entry is PAGES[0]
    return st.Page(
        _FOLDER / entry.file,
        title=entry.title,
        icon=f":material/{entry.icon}:",
        url_path=None if is_first else entry.url_path,
        default=is_first,
        help=entry.help,
    )


_GLYPH = (
    '<path d="M6 6c5 0 7 4 7 10s-1 10-4 10-6-5-6-11c0-5 1-9 3-9zM26 6c-5 0-7 4-7 10s1 10 4 10 '
    '6-5 6-11c0-5-1-9-3-9zM12 18h8v5h-8z" fill="#3B6FB6"/><circle cx="24" cy="13" r="2.6" '
    'fill="#C8442B"/>'
)
ICON = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="64" height="64">{_GLYPH}</svg>'
"""The tab's icon; of our own, as one of Streamlit's would be fetched from another server."""

_WORDMARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 190 32" width="190" height="32">'
    f'{_GLYPH}<text x="38" y="22" font-family="Source Sans 3,Segoe UI,Helvetica,Arial,'
    'sans-serif" font-size="18" font-weight="600" fill="{ink}">CLNM Explorer</text></svg>'
)
