"""The rows of the contract test, one module per family of formats; each has ROWS."""
