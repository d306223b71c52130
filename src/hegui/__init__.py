"""hegui (合规): software that runs China's rules for generative-AI services."""

__all__ = ["__version__"]

__version__ = "0.1.0"
