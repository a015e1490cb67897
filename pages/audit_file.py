"""Can these predictions be believed?"""

from clnm_core.ui import audit_file_form, audit_file_view

file = audit_file_form.ask()
if file:
    choice = audit_file_form.choose(file)
    if choice:
        audit_file_view.draw(file, choice)
