"""Say what went wrong between us and a model server, and what to do about it.

Knows the codes UPS001-UPS008 and their remedies. Knows no headers and no bodies: no message quotes a header value
or a body, since one holds the credential and the other what a person wrote.
"""

from __future__ import annotations

import ssl

from hegui.errors import UpstreamError

__all__ = ["PeerClosed", "connect_fault", "fault"]

_REMEDIES = {
    "UPS001": "Check that the model server runs and that this machine reaches it: curl -v {origin}",
    "UPS002": "Check the address and the firewall before the model server, or raise the connect time limit.",
    "UPS003": "See whether the model server is overloaded or loading, or raise the first-byte time limit.",
    "UPS004": "See whether the model server hangs while generating, or raise the idle time limit.",
    "UPS005": "Look in the log of the model server, and of any proxy before it, for a crash or a restart.",
    "UPS006": "Check that this is the address of an HTTP/1.1 server and the scheme (http or https) is right.",
    "UPS007": "Nothing to mend: the client left, a rule stopped the answer, or hegui is stopping.",
    "UPS008": "Check the server's certificate and host name; name a private authority's file as CA file.",
}


class PeerClosed(Exception):
    """A kept-open connection ended before any byte of an answer."""


def fault(code: str, origin: str, problem: str) -> UpstreamError:
    """The fault of this code at `origin`; `problem` is a sentence of ours, or of a library about the protocol."""
    return UpstreamError(code, origin, problem, _REMEDIES[code].format(origin=origin))


def connect_fault(error: OSError, origin: str, *, secure: bool, seconds: float) -> UpstreamError:
    """Why there is no connection to `origin`.

    Args:
        secure: whether TLS was to be spoken.
        seconds: the limit, should it have passed.
    """
    match error:
        case TimeoutError():
            return fault("UPS002", origin, f"no connection within {seconds:g} s.")
        case ssl.SSLCertVerificationError():
            return fault("UPS008", origin, f"the certificate is refused: {error.verify_message}.")
        case ssl.SSLError():
            return fault("UPS008", origin, f"no TLS connection: {error.reason}.")
        case ConnectionResetError() | ConnectionAbortedError() | BrokenPipeError() if secure:
            return fault("UPS008", origin, "the server ended the TLS handshake.")
        case _:
            return fault("UPS001", origin, f"cannot connect: {error.strerror or type(error).__name__}.")
