"""Is a lymph node on CT metastatic? Eight networks look at its picture (Lee 2019).

What happens when ct-cad is trained:

1. ``settings`` says which networks, at which size, with which weights to begin with.
2. ``pictures`` cuts the same field, in mm, around the node of every case.
3. ``augmenting`` alters what the networks see in training; ``task`` says what they learn.
4. ``networks`` makes each of the eight ``kinds`` with one answer; ``systems.networks`` trains them.
5. ``fitting`` trains and calibrates one; ``trials`` trains all that were asked for, and takes the
   best on validation; all are reported.
6. ``model`` judges cases; ``activation`` says where the network looked, or, where its input is too
   small for that, ``occlusion`` what covering a place would change. ``ranges`` raises doubts.
7. ``leak`` measures, where it is asked for, what it does to the AUROC when images, not patients, are
   divided; ``leaked`` keeps the figures and says them. The model is never one of those networks.

Importing ``system`` does not import torch; it is loaded when something is trained or judged.

References
----------
.. [1] Lee JH et al. Application of deep learning to the diagnosis of cervical lymph node metastasis
   from thyroid cancer with CT. Eur Radiol 2019;29:5452-5457. doi:10.1007/s00330-019-06098-8
"""
