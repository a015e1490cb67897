"""Where do gland and nodule lie: a small network that proposes outlines.

What happens when an outline is asked for:

1. ``working`` brings the picture to a fixed size in its true aspect, and its brightness to a
   common scale.
2. ``network`` runs MONAI's U-Net++ with one output per structure; a nodule lies in a gland, so a
   pixel may belong to both.
3. ``proposal`` takes what is more likely inside than outside, keeps the largest piece, fills its
   holes, brings it back to the pixels of the picture, and says what speaks against it.
4. ``training`` learns such a network from the masks of any cohort; ``scoring`` says how well it
   outlines patients that it never saw.
5. ``files`` keeps it as plain arrays and a manifest, with a digest: nothing is unpickled.

Nothing heavy is imported here: torch and MONAI come with the first outline.
"""
