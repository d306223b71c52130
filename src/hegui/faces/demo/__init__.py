"""The demonstration upstream: an OpenAI-compatible server without a model, for the first minutes with hegui."""

from hegui.faces.demo.app import MODEL, DemoApp

__all__ = ["MODEL", "DemoApp"]
