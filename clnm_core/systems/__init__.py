"""The models: what they read, how they are fitted, how they are kept.

What happens when a system is trained on a cohort:

1. ``settings`` merges what was chosen with the system's defaults, ``fitness`` sets aside the cases
   that lack a picture, ``splitting`` says which cases teach and which choose.
2. The system (``protocol``; ``catalogue`` names all of them) learns from training and validation
   cases and from nothing else. It says how far it is, and is stopped, through its ``run``.
3. ``judging`` gives every case its risk, from the model and from everything that was tried;
   ``training`` puts splits, threshold and metrics together; ``centres`` does it all again without
   each centre in turn.
4. ``files`` writes weights (safetensors), state (JSON) and a manifest with their hashes, and reads
   them back. Nothing is ever unpickled.
"""
