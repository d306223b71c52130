"""The evidence ledger: what an entry, a tile, a checkpoint and a proof file are, byte by byte; see docs/ledger-format.md."""
