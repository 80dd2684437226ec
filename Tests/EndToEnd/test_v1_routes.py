"""The routes of /v1 other than chat: models, completions, the Responses API itself, and forwarded paths."""

import http.server
import json
import threading

import openai
import pytest

from client import library
from stack import OPENAI_KEY

# Contains everything that parsing and writing again would change: spaces, an escape, a number's form, an unknown field.
ODD = b'{ "stream":false,"input" : "Gr\\u00fc\\u00dfe",\n\t"model"  :"gpt-4o", "top_p": 1.00, "futur\\u0065": [ ] }'


def test_models_are_listed_together_with_the_mapped_names(sdk):
    names = [model.id for model in sdk.models.list()]
    assert {"gpt-5", "gpt-4o", "gpt-4o-mini"} <= set(names)
    assert len(names) == len(set(names))


def test_a_mapped_model_is_found(sdk, simulator):
    assert sdk.models.retrieve("gpt-4o").id == "gpt-4o"
    assert simulator.request["path"] == "/v1/models/gpt-5"
    with pytest.raises(openai.NotFoundError) as error:
        sdk.models.retrieve("gpt-nothing")
    assert error.value.code == "model_not_found"


def test_a_completion(sdk, simulator):
    completion = sdk.completions.create(model="gpt-4o", prompt="[simulate text=hello there]", max_tokens=50)
    assert [choice.text for choice in completion.choices] == ["hello there"]
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage.completion_tokens > 0
    assert simulator.request["path"] == "/v1/responses"
    assert (simulator.body["model"], simulator.body["max_output_tokens"]) == ("gpt-5", 50)


def test_completions_of_several_prompts(default_deployment, simulator):
    prompts = [f"[simulate pace=20 text=this is number {number} .]" for number in range(3)]
    expected = {number: f"this is number {number} ." for number in range(3)}
    # The library has no type for chunks of this API, whose finish_reason is null before the end.
    with library(default_deployment.nginx.port, _strict_response_validation=False) as client:
        whole = client.completions.create(model="gpt-4o", prompt=prompts)
        chunks = list(client.completions.create(model="gpt-4o", prompt=prompts, stream=True))
    assert {choice.index: choice.text for choice in whole.choices} == expected
    texts = dict.fromkeys(expected, "")
    for chunk in chunks:
        for choice in chunk.choices:
            texts[choice.index] += choice.text
    assert texts == expected
    assert len(simulator.requests) == 6


def test_a_response(sdk, simulator):
    response = sdk.responses.create(model="gpt-4o", input="[simulate text=hello there]")
    assert response.output_text == "hello there"
    assert simulator.request["path"] == "/v1/responses"
    assert simulator.body == {"model": "gpt-5", "input": "[simulate text=hello there]"}


def test_a_streamed_response(sdk):
    received = list(sdk.responses.create(model="gpt-4o", input="[simulate text=hello there]", stream=True))
    assert received[0].type == "response.created"
    assert received[-1].type == "response.completed"
    deltas = [event.delta for event in received if event.type == "response.output_text.delta"]
    assert "".join(deltas) == received[-1].response.output_text == "hello there"


@pytest.mark.parametrize("words", ["error-event", "cut=6", "no-terminal"])
def test_a_streamed_response_that_fails_raises_after_its_text(sdk, words):
    text = ""
    with pytest.raises(openai.APIError) as error:
        for event in sdk.responses.create(model="gpt-4o", input=f"[simulate {words}] one two three", stream=True):
            text += event.delta if event.type == "response.output_text.delta" else ""
    assert text
    assert not isinstance(error.value, openai.APIStatusError)
    assert error.value.code


def test_only_the_models_name_changes_in_a_responses_request(kept_proxy, simulator):
    kept_proxy.post(ODD, path="/v1/responses")
    assert simulator.request["body"].encode() == ODD.replace(b"gpt-4o", b"gpt-5")


def test_requests_for_a_stored_response_are_forwarded(sdk, simulator):
    identifier = sdk.responses.create(model="gpt-5", input="hi").id
    simulator.forget()
    with sdk.responses.with_streaming_response.delete(identifier) as deletion:
        assert deletion.status_code == 200
    assert (simulator.request["method"], simulator.request["path"]) == ("DELETE", f"/v1/responses/{identifier}")


def test_embeddings(sdk, simulator):
    reply = sdk.embeddings.create(model="text-embedding-3-small", input=["a", "b"], encoding_format="float")
    assert [len(entry.embedding) for entry in reply.data] == [8, 8]
    assert simulator.request["path"] == "/v1/embeddings"


def test_moderations(sdk, simulator):
    raw = sdk.moderations.with_raw_response.create(input="hi")
    assert json.loads(raw.text)["results"][0]["flagged"] is False
    assert simulator.request["path"] == "/v1/moderations"


def test_a_file_is_forwarded_unchanged(deploy, file_upstream):
    content = bytes(range(256)) * 1_000
    deployment = deploy(PASSTHROUGH="files,files/*", OPENAI_BASE=file_upstream.base)
    with library(deployment.nginx.port) as client:
        uploaded = client.files.create(file=("odd.bin", content), purpose="user_data")
        assert client.files.content(uploaded.id).read() == content
    upload, download = file_upstream.requests
    assert upload.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert upload.headers["Authorization"] == f"Bearer {OPENAI_KEY}"
    boundary = upload.headers["Content-Type"].partition("boundary=")[2].encode()
    assert upload.body.startswith(b"--" + boundary)
    assert upload.body.rstrip().endswith(b"--" + boundary + b"--")
    assert download.path == f"/v1/files/{uploaded.id}/content"


class FileRequest(http.server.BaseHTTPRequestHandler):
    """Stores an uploaded file and returns it."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(self)
        boundary = b"\r\n--" + self.headers["Content-Type"].partition("boundary=")[2].encode()
        (file,) = [part for part in self.body.split(boundary) if b'filename="' in part]
        self.server.file = file.partition(b"\r\n\r\n")[2]
        uploaded = {
            "id": "file-1",
            "object": "file",
            "bytes": len(self.server.file),
            "created_at": 1,
            "filename": "odd.bin",
            "purpose": "user_data",
            "status": "processed",
        }
        self.answer("application/json", json.dumps(uploaded).encode())

    def do_GET(self):
        self.server.requests.append(self)
        self.answer("application/octet-stream", self.server.file)

    def answer(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def file_upstream():
    """An upstream for binary bodies; the simulator records only text."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), FileRequest) as server:
        server.daemon_threads = True
        server.base = f"http://127.0.0.1:{server.server_port}/v1"
        server.requests = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)
