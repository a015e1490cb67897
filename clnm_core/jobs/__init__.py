"""What runs long: a queue that survives its readers, and the worker that empties it.

What happens when somebody starts a job on a page or by the command line:

1. :mod:`~clnm_core.jobs.queue` writes it into ``ops.sqlite``; from then on it exists, whoever
   looks at it.
2. :mod:`~clnm_core.jobs.worker`, a process of its own, takes the oldest that waits, runs it and
   writes how far it is. A worker that dies is noticed by its silence, and its job goes on where
   the finished parts end.
3. Pages only look: how far, what step, how long still; and may ask it to stop.
"""
