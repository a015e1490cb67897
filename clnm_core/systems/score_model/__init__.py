"""The score model: pictures become two scores, findings and scores nine models.

In order: the radiomics and the deep features of the training cases become a score each
(``scores``), held out where something learns from it; a LASSO says which findings and scores stay
(``screening``); nine learners (``learners``) read the same row, each tuned patient by patient
(``tuning``); one of them becomes the model (``model``), the others are judged beside it
(``system``). What a learner leaves on disk is never unpickled (``keeping``).
"""
