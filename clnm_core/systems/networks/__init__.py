"""How is a network trained, whatever it learns?

What happens when a system trains a network:

1. It says as a :class:`~clnm_core.systems.networks.task.Task` what is learned: a fresh network,
   the batches, the loss, and how good the network is on validation.
2. ``loop`` takes the task and trains; with several GPUs, ``several_gpus`` starts one process each.
3. ``epochs`` goes through the cases again and again, at the ``rates`` of learning that are set.
   All chance comes from ``chance``, by seed, epoch and batch, so that no state of it is kept.
4. After every epoch ``checkpoints`` keeps all that is needed to go on after a kill.
5. The weights of the epoch that was best on validation are what comes back.

Importing this package does not import torch; its modules do, and are loaded on demand.
"""
