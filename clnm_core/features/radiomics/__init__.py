"""What does a nodule look like, in numbers that others can compute again?

1. ``settings`` says what is measured: images, classes, bins, distances.
2. ``extractor`` cuts every nodule out of its picture with the margin that the filters need.
3. ``wavelets`` and ``laplacian`` make the filtered images.
4. ``canvas`` lays many nodules side by side, apart by a border that is outside all of them, so
   that a neighbour is a shift of one long row of numbers; ``levels`` sorts grey into bins.
5. ``cooccurrence``, ``runs``, ``zones``, ``neighbours`` count whole numbers on that row: counts
   do not depend on what else lies on the canvas, nor on the device.
6. ``intensity``, ``cooccurrence_features``, ``emphasis``, ``tone_differences`` and ``outline_shape``
   turn counts into features, summing in a fixed order (``sums``).

Nothing of torch is imported here: ``extractor`` is loaded when features are asked for.
"""
