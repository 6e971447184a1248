"""The page's HTTP, as a program sees it; web_page_test.py has the browser."""

import base64
import http.client
import json
import socket
import urllib.parse

import pytest

from conftest import BUILT_IN_MODEL
from running_server import RunningServer, run_refused

TIMEOUT = 60


@pytest.fixture(scope="module")
def web():
    with RunningServer("--model", "emoji-clip", "--model",
                       f"second={BUILT_IN_MODEL}", "--lame-duck", "0s",
                       "--web-listen", "127.0.0.1:0", "--web-host",
                       "try.example", "--max-image-bytes",
                       "1MB") as running:
        yield running
        assert running.stop() == 0, running.log()


def port_of(server):
    return urllib.parse.urlsplit(server.web_url).port


def exchange(server, method, path, body=None, headers=None):
    """(status, header fields, body) of one request."""
    connection = http.client.HTTPConnection("127.0.0.1",
                                            port_of(server),
                                            timeout=TIMEOUT)
    connection.request(method, path, body, headers or {})
    reply = connection.getresponse()
    result = reply.status, reply.headers, reply.read()
    connection.close()
    return result


def score(server, picture, texts, headers=None, **more):
    body = {"image": base64.b64encode(picture).decode(), "texts": texts, **more}
    status, fields, reply = exchange(
        server, "POST", "/api/similarity", json.dumps(body),
        {"Content-Type": "application/json", **(headers or {})})
    return status, fields, json.loads(reply)


def test_scores_are_those_of_the_api(web, service, stubs, pictures, sentences):
    import grpc
    with grpc.insecure_channel(web.address) as channel:
        client = service.ClipServiceStub(channel)
        for name, picture in pictures.items():
            expected = client.Similarity(
                stubs.SimilarityRequest(images=[stubs.Image(encoded=picture)],
                                        texts=sentences))
            status, _, reply = score(web, picture, sentences)
            assert status == 200, name
            assert [entry["logit"] for entry in reply["scores"]
                   ] == pytest.approx(list(expected.logits), abs=1e-4)
            assert [entry["probability"] for entry in reply["scores"]
                   ] == pytest.approx(list(expected.probabilities), abs=1e-5)
            assert reply["model"]["name"] == "emoji-clip"


def test_a_model_is_chosen_by_its_name(web, pictures):
    picture = pictures["pizza.png"]
    status, _, reply = score(web, picture, ["a"], model="second")
    assert status == 200 and reply["model"]["name"] == "second"
    status, _, reply = score(web, picture, ["a"], model="third")
    assert status == 404 and "third" in reply["error"]["message"]


def test_models_have_their_facts(web):
    status, fields, body = exchange(web, "GET", "/api/models")
    assert status == 200 and fields["Content-Type"] == "application/json"
    reply = json.loads(body)
    assert [model["name"] for model in reply["models"]
           ] == ["emoji-clip", "second"]
    model = reply["models"][0]
    assert len(model["checkpoint_sha256"]) == 64
    assert model["device"] == "cpu" and model["dtype"] == "float32"
    assert reply["limits"]["max_image_bytes"] == 1000000


@pytest.mark.parametrize("picture, texts, status, message", [
    (b"no picture", ["a"], 400, "images[0].encoded"),
    (b"", ["a"], 400, "images[0].encoded"),
    (b"\x89PNG\r\n\x1a\n", ["a"], 400, "images[0].encoded"),
    (b"x" * 1000001, ["a"], 400, "at most 1000000"),
    (b"x", [], 400, "at least one sentence"),
    (b"x", ["a"] * 256, 400, "at most 255 sentences"),
    (b"x", ["a" * 20000], 400, "texts[0]"),
])
def test_bad_input_is_named(web, picture, texts, status, message):
    got, _, reply = score(web, picture, texts)
    assert got == status and message in reply["error"]["message"], reply


def test_a_body_over_the_limit_is_refused_before_it_is_sent(web):
    with socket.create_connection(("127.0.0.1", port_of(web)),
                                  timeout=TIMEOUT) as connection:
        connection.sendall(b"POST /api/similarity HTTP/1.1\r\nHost: localhost"
                           b"\r\nContent-Type: application/json\r\n"
                           b"Content-Length: 1000000000000\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("headers, status", [
    ({"Host": "evil.example"}, 421),
    ({"Host": "try.example"}, 200),
    ({"Host": "localhost:1"}, 200),
    ({"Origin": "http://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Content-Type": "text/plain"}, 415),
])
def test_other_sites_are_kept_out(web, pictures, headers, status):
    got, fields, _ = score(web, pictures["pizza.png"], ["a"], headers)
    assert got == status
    assert "Access-Control-Allow-Origin" not in fields


def test_every_answer_has_the_safety_headers(web):
    for method, path in (("GET", "/"), ("GET", "/page.js"),
                         ("GET", "/api/models"), ("GET", "/../etc/passwd"),
                         ("OPTIONS", "/api/similarity"), ("PUT", "/")):
        _, fields, _ = exchange(web, method, path)
        policy = fields["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert fields["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in fields


def test_the_page_names_nothing_of_other_hosts(web):
    for path in ("/", "/page.css", "/page.js"):
        _, _, body = exchange(web, "GET", path)
        assert b"://" not in body and b"//cdn" not in body, path


def test_calls_of_the_page_are_counted(web, pictures):
    score(web, pictures["pizza.png"], ["a"])
    connection = http.client.HTTPConnection(web.metrics_address,
                                            timeout=TIMEOUT)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    assert 'clip_requests_total{code="OK",method="Similarity"}' in text


def test_sigterm_beside_half_open_connections_is_a_clean_stop(pictures):
    with RunningServer("--model", "emoji-clip", "--lame-duck", "0s",
                       "--web-listen", "127.0.0.1:0") as server:
        beginnings = (b"", b"GET / HT",
                      b"POST /api/similarity HTTP/1.1\r\nHost: localhost\r\n"
                      b"Content-Type: application/json\r\n"
                      b"Content-Length: 9\r\n\r\n{")
        connections = []
        for i in range(30):
            connections.append(
                socket.create_connection(("127.0.0.1", port_of(server)),
                                         timeout=TIMEOUT))
            connections[-1].sendall(beginnings[i % len(beginnings)])
        assert score(server, pictures["pizza.png"], ["a"])[0] == 200
        assert server.stop() == 0, server.log()
        for connection in connections:
            connection.close()


def test_no_page_is_served_unless_it_is_asked_for(server):
    assert "web_listening" not in server.log()


def test_the_page_can_be_set_in_the_environment(web):
    taken = f"127.0.0.1:{port_of(web)}"
    code, _, error = run_refused(
        "--model",
        "emoji-clip",
        environment={"CLIP_SERVER_WEB_LISTEN": taken})
    assert code == 78 and taken in error


def test_an_address_that_is_none_is_refused(web):
    code, _, error = run_refused("--model", "emoji-clip", "--web-listen",
                                 "8080")
    assert code == 64 and "HOST:PORT" in error
