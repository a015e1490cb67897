"""What is in your table?"""

from clnm_core.ui import import_check, import_mapping, import_upload, quarantine_view

draft = import_upload.ask()
if draft and draft.report:
    import_check.done(draft.report)
elif draft:
    mapping = import_mapping.correct(draft)
    if mapping:
        import_check.draw(draft, mapping)
quarantine_view.draw()
