"""Pictures and outlines in, numbers out: what a computer measures on an image.

What happens when somebody asks for features:

1. A caller makes :class:`~clnm_core.features.items.Item` objects: grey values, the outline of the
   lesion, the outline of the gland where there is one, and the spacing where it is known.
2. An extractor (:mod:`~clnm_core.features.radiomics`, :mod:`~clnm_core.features.deep`,
   :mod:`~clnm_core.features.morphology`) turns a batch of items into one row of numbers each, on
   the device that it is told, and says in a sentence what it could not measure and why.
3. :mod:`~clnm_core.features.selection` finds out which of them are repeatable, tell the classes
   apart and are not copies of each other. It is only ever shown training patients.

Nothing here knows a cohort or a store, and importing this package does not import torch.
"""
