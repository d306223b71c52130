"""The content vault (内容保险库): how content is sealed, how long it is kept, how it is erased; see docs/vault-format.md."""
