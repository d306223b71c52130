"""Marks that a person sees (显式标识): plates on pictures, lines in texts, footers in documents."""
