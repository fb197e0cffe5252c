"""The API as real processes, and its log."""

import json
import signal
import threading
from pathlib import Path
from typing import Any

import httpx

from pricebook.settings import Settings
from running_system import System, eventually

Line = dict[str, Any]


class ApiProcess:
    """`pricebook serve`, with an HTTP client."""

    def __init__(self, folder: Path, settings: Settings, **environment: str) -> None:
        self._system = System(folder)
        self._process = self._system.start(
            "serve",
            "--port",
            str(self._system.port),
            **{**settings.as_environment(), "BCRYPT_COST": "10", **environment},
        )
        self._output: list[str] = []
        self._reader = threading.Thread(target=self._read_output, daemon=True)
        self._reader.start()
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self._system.port}")
        eventually(self._is_up)

    def _is_up(self) -> bool:
        assert self._process.poll() is None, self._output
        try:
            return self.client.get("/live").status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> str:
        """Stop the API and return its output."""
        self.client.close()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=120)
        self._reader.join(timeout=120)
        assert not self._reader.is_alive()
        assert self._process.stdout
        self._process.stdout.close()
        return "".join(self._output)

    def wait_for_event(self, event: str) -> None:
        """Wait until a line with this event was logged."""
        eventually(lambda: any(f'"{event}"' in line for line in self._output))

    def _read_output(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._output.append(line)

    def lines(self) -> list[Line]:
        """Stop the API and return its request log, without the probes of its start."""
        events = [json.loads(line) for line in self.stop().splitlines()]
        return [line for line in events if line["event"] == "request" and line["path"] != "/live"]

    def workers(self) -> list[int]:
        """Return the ids of its server processes."""
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in children]
