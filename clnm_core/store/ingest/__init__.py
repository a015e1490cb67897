"""Tables and pictures on their way into the store.

What happens when somebody brings a file:

1. :func:`~clnm_core.store.ingest.reading.read_table` asks what the file is by what it holds
   (:mod:`file_kinds`), takes text apart (:mod:`encoding`, :mod:`delimited`), a workbook after
   measuring it (:mod:`workbook`) or Parquet (:mod:`columnar`) into a grid of words
   (:mod:`grid`), and finds tables and headers on it (:mod:`layout`). Words stay words: only an
   empty cell is missing.
2. :func:`~clnm_core.store.ingest.proposal.propose` says what the columns probably mean
   (:mod:`drafting`, by :mod:`synonyms`, :mod:`column_kinds`, :mod:`naming`, :mod:`units`), which
   outcomes an N stage (:mod:`stages`) or findings by neck level (:mod:`nodes`) give, and of
   what it is not sure. The reader corrects the :class:`~clnm_core.store.ingest.mapping.Mapping`
   on the page or as TOML (:mod:`mapping_text`).
3. :func:`~clnm_core.store.ingest.checking.check` turns words into values (:mod:`conversion`,
   :mod:`numbers`, :mod:`outcome_words`) and holds every row to the rules (:mod:`row_rules`). Each
   cell that breaks one is listed by row, column, value and rule; nothing is repaired or dropped.
4. :func:`~clnm_core.store.ingest.publishing.import_table` reads the pictures of the rows
   (:mod:`pictures`), replaces identifiers by pseudonyms, and publishes one new version of the
   store, or, where anything is wrong, leaves it as it was. Rows can join a cohort that is there
   (:mod:`appending`). What was found and done is an
   :class:`~clnm_core.store.ingest.import_report.ImportReport`.
5. One case that somebody described on the Predict page (:mod:`given_case`) comes in by
   :func:`~clnm_core.store.ingest.one_case.keep_case` when they say so, through the same door as the
   rows of a table (:mod:`entering`).
6. Risks of a model made elsewhere join a cohort by case (:mod:`risks`). A table of predictions
   that is only to be audited needs no store: :mod:`predictions_table`, started from the guess of
   :mod:`predictions_guess`.
"""
