"""The law and its answers in the formats of other programs: OSCAL, CISO Assistant, JSON Schema."""
