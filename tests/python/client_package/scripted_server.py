"""A gRPC server that fails as it is told: for what a good server rarely does.

An embedding of it is [n, 1], where n is the length of the text.
"""

import concurrent.futures
import threading

import grpc
from google.protobuf import duration_pb2
from google.rpc import error_details_pb2, status_pb2

from clip_serving._generated import clip_pb2, clip_pb2_grpc

CHECKPOINT = "0" * 64


class Refusal(Exception):
    """A status with, where given, the advice of when to come back."""

    def __init__(self, code, pushback=None, retry_info=None):
        super().__init__(code)
        self.code = code
        self.pushback = pushback
        self.retry_info = retry_info

    def trailers(self):
        trailers = []
        if self.pushback is not None:
            trailers.append(("grpc-retry-pushback-ms", self.pushback))
        if self.retry_info is not None:
            status = status_pb2.Status(code=self.code.value[0], message="full")
            detail = error_details_pb2.RetryInfo()
            detail.retry_delay.CopyFrom(
                duration_pb2.Duration(nanos=int(self.retry_info * 1e9)))
            status.details.add().Pack(detail)
            trailers.append(
                ("grpc-status-details-bin", status.SerializeToString()))
        return trailers

    def abort(self, context):
        context.set_trailing_metadata(self.trailers())
        context.abort(self.code, "as the script says")


def embedding(text):
    return clip_pb2.Embedding(values=[len(text), 1], format=clip_pb2.FLOAT32)


class ScriptedServer(clip_pb2_grpc.ClipServiceServicer):
    """script: for each call in turn, a Refusal, or a function; answers when it
    is over. For EncodeText the function is called with the request before the
    answer, and may raise a Refusal; for EncodeStream it makes replies of the
    requests.

    requests, metadata: of the calls so far. most_in_flight: calls at once.
    """

    def __init__(self, credentials=None):
        self.script = []
        self.requests = []
        self.metadata = []
        self.checkpoints = []
        self.most_in_flight = 0
        self._in_flight = 0
        self._lock = threading.Lock()
        self._server = grpc.server(
            concurrent.futures.ThreadPoolExecutor(max_workers=16))
        clip_pb2_grpc.add_ClipServiceServicer_to_server(self, self._server)
        if credentials is None:
            port = self._server.add_insecure_port("127.0.0.1:0")
        else:
            port = self._server.add_secure_port("127.0.0.1:0", credentials)
        self.address = f"127.0.0.1:{port}"

    def __enter__(self):
        self._server.start()
        return self

    def __exit__(self, *exception):
        self._server.stop(grace=None).wait()

    def _next_step(self, request, context):
        with self._lock:
            self.requests.append(request)
            self.metadata.append(dict(context.invocation_metadata()))
            return self.script.pop(0) if self.script else None

    def _version(self):
        with self._lock:
            checkpoint = (self.checkpoints.pop(0)
                          if self.checkpoints else CHECKPOINT)
        return clip_pb2.ModelVersion(name="scripted",
                                     checkpoint_sha256=checkpoint)

    def EncodeText(self, request, context):
        with self._lock:
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
        try:
            step = self._next_step(request, context)
            try:
                if isinstance(step, Refusal):
                    raise step
                if callable(step):
                    step(request)
            except Refusal as refusal:
                refusal.abort(context)
            return clip_pb2.EncodeTextResponse(
                embeddings=[embedding(text) for text in request.texts],
                token_count=[1] * len(request.texts),
                truncated=[False] * len(request.texts),
                model=self._version())
        finally:
            with self._lock:
                self._in_flight -= 1

    def EncodeStream(self, requests, context):
        step = self._next_step(None, context)
        if isinstance(step, Refusal):
            step.abort(context)
        version = self._version()
        script = step or answer_all
        for number, reply in enumerate(script(requests)):
            if isinstance(reply, Refusal):
                reply.abort(context)
            if number == 0:
                reply.model.CopyFrom(version)
            yield reply


def answer(request):
    return clip_pb2.EncodeResponse(id=request.id,
                                   embedding=embedding(request.text),
                                   token_count=1)


def answer_all(requests):
    for request in requests:
        yield answer(request)
