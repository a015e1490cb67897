"""Bytes in, pictures out: how a file from outside becomes an image of a case.

What happens when somebody gives a picture:

1. ``guard`` hands the bytes to a child process with little memory, little time and no
   environment, and trusts nothing that comes back until its size has been checked.
2. In the child, ``reading`` looks at the first bytes, not at the name, and calls ``raster``
   (PNG, JPEG, TIFF) or ``dicom``, which decodes one frame, turns it into display values and
   finds out how far apart the pixels are; ``regions`` reads the calibration of ultrasound.
3. What cannot be read comes back as one plain sentence. What is not known, such as the
   spacing of a screenshot, stays unknown and is said in the notes.
4. ``masks`` reads outlines drawn by others, ``geometry`` measures on them in mm. Outlines that
   must first find their picture (``dicom_seg``, ``rt_contours``, ``nifti``, ``nrrd_file``) are
   read in the child beside it, by ``mask_files``.
5. ``rendering`` makes PNG without loss and the picture of a case with outlines and scale bar.

Nothing heavy is imported here: the child must start quickly.
"""
