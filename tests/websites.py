"""A web site on this machine, for what fetches pages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """What it shows at each path; the paths that were asked for, in order."""

    root: str
    pages: dict[str, str] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    """Paths that redirect for good, and whereto."""
    gone: set[str] = field(default_factory=set)
    """Paths that answer 410; those that are nowhere here answer 404."""
    failing: set[str] = field(default_factory=set)
    """Paths that answer 503."""
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, dict[str, str], str]:
        """Status, headers and body at a path."""
        self.asked.append(path)
        if path in self.moved:
            return 301, {"Location": self.moved[path]}, ""
        if path in self.failing:
            return 503, {}, ""
        if path in self.pages:
            return 200, {"Content-Type": "text/html; charset=utf-8"}, self.pages[path]
        return (410 if path in self.gone else 404), {}, ""


@contextmanager
def website() -> Iterator[Site]:
    """A site that answers while the block runs; after it, nothing listens at its address."""
    site = Site("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = site.answer(self.path)
            data = body.encode()
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(data))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing is printed about a request."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.root = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
