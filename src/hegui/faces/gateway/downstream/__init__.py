"""Talk HTTP/1.1 to clients: the protocol class that uvicorn serves the gateway with.

Knows message framing, keep-alive, pipelining and back-pressure. Knows no route, no JSON and no application: what is
served is any ASGI 3 application, and uvicorn brings the listener, the signals, the lifespan and the graceful end.
Works as an `asyncio.Protocol` around `httptools.HttpRequestParser`, one `Turn` for each request. It exists because the
server's part of a request costs as much as the gateway's own, and half of it can be had for nothing: head and body
leave in one write, an answer's head is encoded once, and no timer is set and cancelled for each request.
Rules from: RFC 9112 §6 (framing), §9 (connections); ASGI specification 2.4.
"""

from hegui.faces.gateway.downstream.connection import ClientConnection
from hegui.faces.gateway.downstream.turn import CLIENT_GONE

__all__ = ["CLIENT_GONE", "ClientConnection"]
