"""A clip_server process under test."""

import concurrent.futures
import http.client
import os
import pathlib
import re
import signal
import subprocess
import threading
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(
    os.environ.get("CLIP_SERVER_BINARY",
                   ROOT / "build/release/server/clip_server"))
START_SECONDS = 120
STOP_SECONDS = 60


def command(*flags):
    """A command line; ports that `flags` does not name are free local ones."""
    line = [str(BINARY), *flags]
    for flag in ("--listen", "--metrics-listen"):
        if flag not in flags:
            line += [flag, "127.0.0.1:0"]
    return line


class RunningServer:
    """Starts a server, waits for its line, and stops it on leaving.

    address: HOST:PORT of the API. metrics_address: HOST:PORT of /metrics.
    web_url: of the page, where --web-listen asks for it.
    """

    def __init__(self, *flags):
        self._process = subprocess.Popen(command(*flags),
                                         stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE,
                                         text=True)
        self._log = []
        self._metrics_address = concurrent.futures.Future()
        self._web_url = concurrent.futures.Future()
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        watchdog = threading.Timer(START_SECONDS, self._process.kill)
        watchdog.start()
        line = self._process.stdout.readline()
        watchdog.cancel()
        match = re.fullmatch(r"listening on (\S+)\n", line)
        if not match:
            self._process.wait()
            raise RuntimeError(f"no server: {line!r}\n{self.log()}")
        self.address = match.group(1)

    def _read_log(self):
        for line in self._process.stderr:
            self._log.append(line)
            match = re.search(r"event=metrics_listening address=(\S+)", line)
            if match:
                self._metrics_address.set_result(match.group(1))
            match = re.search(r"event=web_listening url=(\S+)", line)
            if match:
                self._web_url.set_result(match.group(1))

    def log(self):
        return "".join(self._log)

    @property
    def metrics_address(self):
        """As the log says, which is written beside the line on stdout."""
        return self._metrics_address.result(timeout=START_SECONDS)

    @property
    def web_url(self):
        return self._web_url.result(timeout=START_SECONDS)

    def metrics(self):
        """The lines of /metrics."""
        try:
            return self._read_metrics()
        except (ConnectionError, http.client.HTTPException):
            # It hangs up on who says nothing for two seconds.
            return self._read_metrics()

    def _read_metrics(self):
        url = f"http://{self.metrics_address}/metrics"
        with urllib.request.urlopen(url, timeout=60) as reply:
            return reply.read().decode().splitlines()

    def metric(self, series):
        """The value of a series, named with its labels; 0 where it is not."""
        for line in self.metrics():
            if line.startswith(series + " "):
                return float(line.rsplit(" ", 1)[1])
        return 0.0

    def environment(self):
        """The variables that the process was started with."""
        path = pathlib.Path(f"/proc/{self._process.pid}/environ")
        entries = path.read_text().rstrip("\0").split("\0")
        return dict(entry.split("=", 1) for entry in entries)

    def terminate(self):
        self._process.send_signal(signal.SIGTERM)

    def pause(self):
        """Stops all its threads where they are, until `resume`."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self):
        self._process.send_signal(signal.SIGCONT)

    def kill(self):
        """Ends it at once, as a crash or a lost machine would."""
        self._process.kill()
        self._process.wait()

    def wait(self):
        """The exit code."""
        code = self._process.wait(timeout=STOP_SECONDS)
        self._reader.join()
        return code

    def stop(self):
        self.terminate()
        return self.wait()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def run_refused(*flags, environment=None):
    """Runs a server that must refuse to start: (exit code, stdout, stderr)."""
    process = subprocess.run(command(*flags),
                             capture_output=True,
                             text=True,
                             check=False,
                             timeout=START_SECONDS,
                             env={**os.environ, **(environment or {})})
    return process.returncode, process.stdout, process.stderr
