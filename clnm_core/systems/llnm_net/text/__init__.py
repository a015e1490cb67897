"""What does the radiology report say, as numbers that a network can read?

What happens to a report:

1. ``tokens`` takes it apart into words, numbers and Chinese characters, and numbers them by what
   the training reports taught it.
2. ``encoder`` turns them into one vector each: a small transformer that learns along with the
   rest of the network.
3. ``bert_folder`` does the same with any BERT that lies in a local folder.

Nothing heavy is imported here.
"""
