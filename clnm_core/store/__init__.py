"""Cases, pictures and risks on disk; the only home of SQL.

What happens when a cohort comes in, and when somebody asks for it:

1. :mod:`~clnm_core.store.ingest` reads a table and checks it against its mapping; ``synth``
   makes one up. Patients get their words from :mod:`~clnm_core.store.pseudonyms`, pictures go
   to :mod:`~clnm_core.store.artifacts`, by the digest of their bytes.
2. :func:`snapshots.publish <clnm_core.store.snapshots.publish>` copies the version that is
   shown, and :mod:`~clnm_core.store.schema` writes cohort and rows into the copy, checking the
   rules of :mod:`~clnm_core.store.tables`. The finished file gets the next number, ``CURRENT``
   names it, and :mod:`~clnm_core.store.ledger` records who did it. Whoever dies on the way
   leaves the store as it was.
3. :class:`warehouse.Warehouse <clnm_core.store.warehouse.Warehouse>` holds the version that is
   shown open, read-only. Readers of an older one go on reading it.
4. :mod:`~clnm_core.store.criteria` says a ``CohortQuery`` in SQL, and
   :mod:`~clnm_core.store.selection` answers with counts and frames: the same patients on every
   page.
5. :func:`verification.verify <clnm_core.store.verification.verify>` says whether all of it is
   still whole.

:mod:`~clnm_core.store.places` knows where a store keeps what.
"""
