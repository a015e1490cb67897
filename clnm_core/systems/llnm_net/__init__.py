"""LLNM-Net: where a nodule lies in its gland, how it looks, and what the report says of it.

Shen et al. Nat Commun 2025;16:7052, doi:10.1038/s41467-025-62042-z. Nothing heavy is imported
here: torch comes with the modules that compute.
"""
