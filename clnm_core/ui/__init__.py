"""What a visitor sees. The only home of Streamlit, with the pages.

What happens, in order, when somebody opens an address:

1. ``front`` (around everything) answers with security headers; ``shell`` starts a run.
2. On an empty store ``first_start`` shows how far the demo is; otherwise the store version
   of this run is fixed in ``cached``, so that one page never mixes two versions.
3. ``cohort_bar`` turns the address and the widgets of the sidebar into a
   :class:`~clnm_core.domain.cohort.CohortQuery`, and says in a sentence what in a link
   could not be used.
4. The page asks ``cached`` for numbers: the query is the key, the frames never are.
5. ``panels`` and ``charts`` draw them, every picture with its table.

Nothing of a visitor is kept in a shared cache; what they chose is in the address.
"""
