"""Signatures by the algorithms that Chinese rules name; the labels and the ledger sign with them."""
