"""The ledger over HTTP: its public files to read, and the witness's one request."""
