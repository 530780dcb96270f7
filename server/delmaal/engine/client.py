"""The one HTTP client for stores: queries, graphs, counts and probes all go through it.

It follows no redirect, keeps no cookie, reads no proxy, netrc or other setting of the machine, unpacks nothing, and
reads an answer in steps, so that a deadline and a client who left are noticed and nothing grows over its limit.
"""

from __future__ import annotations

import io
import ssl
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import httpcore
import httpx

from delmaal import __version__
from delmaal.engine.login import Login
from delmaal.engine.wire import Address, Network, Stream, Watch, watched
from delmaal.errors import EngineBroken, EngineTooSlow, EngineUnreachable, QueryTooBig, short

if TYPE_CHECKING:
    from typing_extensions import Buffer

AGENT = f"delmaal/{__version__}"

_KEPT = 8
_KEPT_SECONDS = 20.0
_LOST = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, httpcore.ProxyError, OSError)
_NO_REQUEST = (httpx.InvalidURL, httpcore.UnsupportedProtocol, UnicodeError, ValueError)
_BROKE_OFF = "the store's answer broke off; ask again"


class _Transport(httpx.BaseTransport):
    """httpcore over our sockets."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls, max_connections=None, max_keepalive_connections=_KEPT, keepalive_expiry=_KEPT_SECONDS,
            network_backend=Network())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        where = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        asked = httpcore.Request(request.method, where, headers=request.headers.raw, content=request.stream)
        response = self._pool.handle_request(asked)
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response),
                              extensions=response.extensions)

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class Answer:
    """A store's answer, whose body is read once. Close it; what is not read to its end ends the connection."""

    def __init__(self, response: httpx.Response, watch: Watch) -> None:
        self._response = response
        self._watch = watch
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers

    def __enter__(self) -> Answer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Be done with it."""
        self._response.close()

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes, packed as it was sent.

        Raises EngineBroken where it breaks off, or where more comes than was announced; EngineTooSlow, QueryAbandoned.
        """
        rest = self._response.iter_raw()
        while True:
            try:
                with watched(self._watch):
                    chunk = next(rest, None)
            except _LOST as error:
                self._watch.look()
                raise EngineBroken(_BROKE_OFF) from error
            if chunk is None:
                break
            yield chunk
        self._refuse_surplus()

    def _refuse_surplus(self) -> None:
        """What comes after an answer is a part of it, or would be taken for the next one."""
        stream = self._response.extensions.get("network_stream")
        length = self.headers.get("content-length", "")
        chunked = "chunked" in self.headers.get("transfer-encoding", "").lower()
        if not isinstance(stream, Stream) or "trailer" in self.headers or not (chunked or length.isdigit()):
            return
        if stream.surplus(None if chunked else int(length)):
            stream.close()
            raise EngineBroken("the store sent more than its answer announced; ask again")

    def whole(self, limit: int) -> bytes:
        """The whole body; raises QueryTooBig over `limit` bytes, and what `chunks` does."""
        body = bytearray()
        for chunk in self.chunks():
            body += chunk
            if len(body) > limit:
                raise QueryTooBig(f"the result is over {limit >> 20} MB; ask for less, or take a dump")
        return bytes(body)

    def words(self, limit: int = 4096) -> str:
        """The beginning of the body as text, for a log or a message; whatever goes wrong, it is shorter."""
        body = b""
        try:
            for chunk in self.chunks():
                body += chunk
                if len(body) >= limit:
                    break
        except (EngineBroken, EngineTooSlow):
            pass  # what has come is enough
        return body[:limit].decode("utf-8", "replace")

    def file(self) -> io.BufferedReader:
        """The body as a file."""
        return io.BufferedReader(_File(self.chunks()), 1 << 16)


class _File(io.RawIOBase):
    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        into = memoryview(buffer)
        count = min(len(into), len(self._rest))
        into[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


class Client:
    """Asks one store. Any number of threads may use it at once."""

    def __init__(self, where: Address) -> None:
        self._login = Login(where.user, where.password)
        self._transport = _Transport(ssl.create_default_context() if where.url.startswith("https:") else None)

    def close(self) -> None:
        """Close the connections that are kept."""
        self._transport.close()

    def ask(self, method: str, url: str, watch: Watch, headers: Mapping[str, str], content: bytes = b"") -> Answer:
        """Send a request and read the head of its answer, whatever its status.

        A connection that is lost before the first byte of an answer is made anew, once. Raises EngineUnreachable,
        EngineTooSlow, EngineBroken or QueryAbandoned.
        """
        sent = httpx.Headers({"Accept-Encoding": "identity", "User-Agent": AGENT})
        sent.update(headers)
        again = True
        while True:
            watch.received = 0
            try:
                request = httpx.Request(method, url, headers=sent, content=content or None)
                with watched(watch):
                    return Answer(self._signed(request, watch), watch)
            except _LOST as error:
                watch.look()
                if watch.received:
                    raise EngineBroken("the store's answer broke off, or is no HTTP") from error
                if isinstance(error, (httpcore.ConnectError, httpcore.ConnectTimeout)):
                    raise EngineUnreachable("the store cannot be reached; ask again") from error
                if not again:
                    raise EngineUnreachable("the connection to the store was lost; ask again") from error
                again = False
            except _NO_REQUEST as error:
                raise EngineUnreachable(f"the store's URL cannot be used: {short(str(error), 100)}") from error

    def _signed(self, request: httpx.Request, watch: Watch) -> httpx.Response:
        flow = self._login.flow(request)
        request = next(flow)
        while True:
            watch.received = 0
            response = self._transport.handle_request(request)
            response.request = request
            try:
                request = flow.send(response)
            except StopIteration:
                return response
            except BaseException:
                response.close()
                raise
            response.close()
