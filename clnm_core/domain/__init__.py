"""The words of the clinic, as values. Standard library and numpy only."""
