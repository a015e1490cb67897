"""The models: what they read, how they are fitted, how they are kept.

What happens when a model is trained:

1. ``design`` turns the cases into numbered terms; it learns levels, means and ranges
   from training cases only.
2. ``clinical`` fits the model on those terms.
3. ``validation`` gives every training case a risk from a model that has not seen its
   patient; ``training`` puts splits, threshold and metrics together.
4. ``files`` writes weights (safetensors) and a manifest with their hash, and reads them
   back. Nothing is ever unpickled.
"""
