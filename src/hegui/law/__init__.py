"""China's rules for generative-AI services as dated data, and the engine that says which apply, why and what follows."""
