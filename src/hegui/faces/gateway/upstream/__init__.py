"""Talk HTTP/1.1 to model servers: one request out, the body of the answer back piece by piece, as it arrives.

Knows connections, message framing and time limits. Knows nothing of chat, JSON, events or screening; follows
no redirects and uses no HTTP proxy (`http_proxy` and the like are not read). It asks for an unencoded body
and undoes the chunked transfer coding only: should a server compress all the same,
`header(b"content-encoding")` says so and the body stays as it was sent.
Works as an `asyncio.Protocol` around `httptools.HttpResponseParser`, with a pool of kept-open connections per
origin, one pool per event loop. Nothing in here logs.
Rules from: RFC 9112 §6 (framing) and §9 (connections); each module numbers those it keeps.
"""

from hegui.faces.gateway.upstream.limits import UpstreamLimits
from hegui.faces.gateway.upstream.pool import UpstreamPool
from hegui.faces.gateway.upstream.response import UpstreamResponse

__all__ = ["UpstreamLimits", "UpstreamPool", "UpstreamResponse"]
