"""The police open-data service, played on this machine: its answers, its limits and its errors.

Belongs here: what the service says to a request. Does not belong here: tests.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Service:
    """What is asked of it, and what it answers.

    Attributes:
        records: by force and month; a list.
        troubles: by force and month, answers given before the true one, each once.
        asked: how often each force and month was asked for.
        agents: what those who asked called themselves.
    """

    records: dict[tuple[str, str], list[dict[str, Any]]]
    troubles: dict[tuple[str, str], list[Answer]] = field(default_factory=dict)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    agents: set[str] = field(default_factory=set)
    address: str = ""

    def answer(self, path: str) -> Answer:
        url = urlparse(path)
        query = parse_qs(url.query)
        key = (query["force"][0], query["date"][0])
        self.asked[key] += 1
        if waiting := self.troubles.get(key):
            return waiting.pop(0)
        if key not in self.records:
            return 404, {}, b"Not Found"
        return 200, {}, json.dumps(self.records[key]).encode()


@contextmanager
def playing(service: Service) -> Iterator[Service]:
    """The service at an address of this machine, for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            service.agents.add(self.headers["User-Agent"])
            status, headers, body = service.answer(self.path)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            if "Content-Length" in headers:  # promised more than it sent: the line was cut
                self.close_connection = True

        def log_message(self, format: str, *values: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    service.address = f"http://127.0.0.1:{server.server_port}/api/stops-force?force=<force-slug>&date=<YYYY-MM>"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
