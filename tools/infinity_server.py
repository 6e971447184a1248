"""infinity's server on a folder of transformers, as a peer to measure."""

import base64
import concurrent.futures
import http.client
import json
import os
import socket
import subprocess
import time

import numpy as np


class InfinityServer:
    """Runs until stop(), asked by many callers at once."""

    START_SECONDS = 120

    def __init__(self, program, folder, callers):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._folder = folder
        self._callers = callers
        self._pool = concurrent.futures.ThreadPoolExecutor(callers)
        self._process = subprocess.Popen(
            [program, "v2", "--model-id", folder, "--engine", "torch",
             "--device", "cpu", "--dtype", "float32", "--host", "127.0.0.1",
             "--port", str(self._port), "--no-bettertransformer"],
            env={**os.environ, "HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()

    def _wait(self):
        end = time.monotonic() + self.START_SECONDS
        while True:
            try:
                return self._ask("text", ["a"])
            except OSError:
                if self._process.poll() is not None or time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def _ask(self, modality, items):
        if modality == "image":
            items = ["data:image/jpeg;base64," + base64.b64encode(item).decode()
                     for item in items]
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        try:
            connection.request("POST", "/embeddings", json.dumps({
                "model": self._folder, "input": items, "modality": modality,
                "encoding_format": "base64"}),
                {"Content-Type": "application/json"})
            reply = connection.getresponse()
            body = reply.read()
            if reply.status != 200:
                raise RuntimeError(f"infinity: {reply.status}: {body[:300]}")
        finally:
            connection.close()
        return np.array([
            np.frombuffer(base64.b64decode(row["embedding"]), np.float32)
            for row in json.loads(body)["data"]])

    def closed_loop(self, modality, items, seconds, per_call, callers=None):
        end = time.perf_counter() + seconds
        begin = time.perf_counter()
        callers = callers or self._callers

        def caller(first):
            done = 0
            while time.perf_counter() < end:
                part = [items[(first + done + i) % len(items)]
                        for i in range(per_call)]
                done += len(self._ask(modality, part))
            return done
        done = sum(self._pool.map(caller, range(callers)))
        return done / (time.perf_counter() - begin)

    def embeddings(self, modality, items):
        return self._ask(modality, items)

    def stop(self):
        self._pool.shutdown()
        self._process.terminate()
        self._process.wait()
