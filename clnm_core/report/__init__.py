"""Numbers in, words and one-file pages out.

What happens when a page or the command line has its numbers:

1. :mod:`~clnm_core.report.wording` says each number: per cent, interval, p, millimetres.
   Nothing else in the product formats a number for a reader.
2. :mod:`~clnm_core.report.answers` puts the finding of a page into one sentence.
3. :mod:`~clnm_core.report.methods` says how the numbers were made, with references.
4. :mod:`~clnm_core.report.audit_html` and :mod:`~clnm_core.report.case_html` join sentence,
   tables and drawings (:mod:`~clnm_core.report.svg`) into one self-contained file on the
   sheet of :mod:`~clnm_core.report.sheet`, for printing, mailing and keeping;
   :mod:`~clnm_core.report.model_report` does so for a model of the store.
5. :mod:`~clnm_core.report.checklists` fills reporting checklists from what the store knows.

Statistics come from :mod:`clnm_core.stats`; what cannot be estimated arrives as NaN with its
reason.
"""
