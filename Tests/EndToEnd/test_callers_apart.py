"""What belongs to one caller is not for another, and no caller gets around its list of models. Every attempt goes through
nginx."""

import json

import pytest

from client import ask, events
from processes import wait_until
from stack import PROXY_KEY, environment, free_port
from tokens import AUDIENCE, ISSUER, claims, compact, hs256

CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"
SECRET = "a-secret-that-both-sides-know-1c7e"


def bearer(label, **changes):
    """The headers of a caller with a token."""
    text = compact({"alg": "HS256"}, claims(sub=label, **changes), lambda message: hs256(SECRET.encode(), message))
    return {"Authorization": f"Bearer {text}"}


@pytest.fixture
def callers(deploy, run, directory):
    """A deployment, and the headers of its callers: two with keys, one limited to a model, and one with a token."""

    def callers(**settings):
        file = directory / "keys"

        def new(label, *options):
            ended = run("key", "new", label, "--add", "--file", file, *options)
            return {"X-API-KEY": ended.stdout.splitlines()[0]}

        headers = {"ann": new("ann"), "bob": new("bob"), "cyd": new("cyd", "--models", "gpt-5")}
        headers |= {"jwt:ann": bearer("ann"), "shared": {"X-API-KEY": PROXY_KEY}}
        settings = {"JWT_SECRET": SECRET, "JWT_ISSUER": ISSUER, "JWT_AUDIENCE": AUDIENCE, **settings}
        return deploy(PROXY_KEYS_FILE=str(file), **settings), headers

    return callers


def last_line(deployment, count):
    assert wait_until(lambda: len(deployment.responder.access_log()) == count)
    return deployment.responder.access_log()[-1]


# --- Stored objects (S5) ----------------------------------------------------------------------------------------------


def stored(client, headers):
    """A stored response: its id as the caller gets it."""
    return client.post({"model": "gpt-5", "input": "hi"}, headers, RESPONSES).json["id"]


@pytest.mark.parametrize("method, suffix", [("GET", ""), ("DELETE", ""), ("GET", "/input_items"), ("POST", "/cancel")])
def test_s5_a_stored_response_is_for_its_caller_only(callers, simulator, method, suffix):
    deployment, headers = callers()
    id = stored(deployment.client, headers["ann"])
    for other in ("bob", "cyd", "jwt:ann", "shared"):
        simulator.forget()
        reply = deployment.client.request(method, f"{RESPONSES}/{id}{suffix}", headers=headers[other])
        assert (reply.status, reply.json["error"]["code"]) == (404, "not_found")
        assert simulator.requests == []
    deployment.client.request(method, f"{RESPONSES}/{id}{suffix}", headers=headers["ann"])
    original = id.rsplit("-", 1)[0]
    assert simulator.request["path"] == f"/v1/responses/{original}{suffix}"


def test_s5_upstreams_own_id_is_not_accepted(callers, simulator):
    deployment, headers = callers()
    original = stored(deployment.client, headers["ann"]).rsplit("-", 1)[0]
    simulator.forget()
    for id in (original, original + "-", original + "-" + "0" * 32, "resp_invented"):
        assert deployment.client.get(f"{RESPONSES}/{id}", headers["ann"]).status == 404
    assert simulator.requests == []


REFERENCES = {
    "previous_response_id": lambda id: {"previous_response_id": id},
    "conversation": lambda id: {"conversation": id},
    "conversation.id": lambda id: {"conversation": {"id": id}},
    "item_reference": lambda id: {"input": [{"type": "item_reference", "id": id}]},
    "item without type": lambda id: {"input": [{"id": id}]},
    "reasoning": lambda id: {"input": [{"type": "reasoning", "id": id, "summary": []}]},
}


@pytest.mark.parametrize("path", [RESPONSES, f"{RESPONSES}/compact", f"{RESPONSES}/input_tokens"])
@pytest.mark.parametrize("refer", REFERENCES.values(), ids=REFERENCES)
def test_s5_no_request_refers_to_another_callers_objects(callers, simulator, refer, path):
    deployment, headers = callers()
    id = stored(deployment.client, headers["ann"])
    body = {"model": "gpt-5", "input": "hi", **refer(id)}
    simulator.forget()
    for other in ("bob", "jwt:ann", "shared"):
        reply = deployment.client.post(body, headers[other], path)
        assert (reply.status, reply.json["error"]["code"]) == (404, "not_found")
        assert reply.json["error"]["param"]
    assert simulator.requests == []
    deployment.client.post(body, headers["ann"], path)
    sent = json.loads(simulator.request["body"])
    original = id.rsplit("-", 1)[0]
    assert sent == {"model": "gpt-5", "input": "hi", **refer(original)}


def test_s5_a_stream_has_the_callers_ids_and_is_otherwise_unchanged(callers):
    deployment, headers = callers()
    body = {"model": "gpt-5", "input": "[simulate text=abc] x", "stream": True}
    reply = deployment.client.post(body, headers["ann"], RESPONSES)
    parsed = [json.loads(data) for _, data in events(reply.body)]
    (id,) = {event["response"]["id"] for event in parsed if "response" in event}
    items = {event["item_id"] for event in parsed if "item_id" in event}
    items |= {event["item"]["id"] for event in parsed if "item" in event}
    for bound in {id, *items}:
        assert len(bound.rsplit("-", 1)[1]) == 32
    follow = {"model": "gpt-5", "input": "y", "previous_response_id": id}
    assert deployment.client.post(follow, headers["ann"], RESPONSES).status == 200
    assert deployment.client.post(follow, headers["bob"], RESPONSES).status == 404
    assert [name for name, _ in events(reply.body)][-1] == "response.completed"


def test_s5_ids_are_valid_in_every_process_and_with_every_key_of_the_caller(callers, simulator):
    deployment, headers = callers()
    id = stored(deployment.client, headers["ann"])
    other, with_other_keys = callers()
    simulator.forget()
    other.client.get(f"{RESPONSES}/{id}", with_other_keys["ann"])
    assert len(simulator.requests) == 1


def test_s5_with_one_shared_key_ids_are_upstreams(kept_proxy, simulator):
    id = kept_proxy.post({"model": "gpt-5", "input": "hi"}, path=RESPONSES).json["id"]
    assert "-" not in id
    kept_proxy.get(f"{RESPONSES}/{id}")
    assert simulator.requests[-1]["path"] == f"/v1/responses/{id}"


def test_s5_ids_of_stored_objects_are_in_no_log(callers):
    deployment, headers = callers()
    id = stored(deployment.client, headers["ann"])
    deployment.client.get(f"{RESPONSES}/{id}/input_items", headers["ann"])
    deployment.client.get(f"{RESPONSES}/{id}/nothing/{id}", headers["bob"])
    assert last_line(deployment, 3)["route"] == "/v1/responses/*"
    assert id.rsplit("-", 1)[0] not in deployment.responder.log


# --- Lists of models (S6) ---------------------------------------------------------------------------------------------

BYPASSES = {
    "no model": (RESPONSES, {"input": "hi"}),
    "null": (RESPONSES, {"model": None, "input": "hi"}),
    "a stored prompt": (RESPONSES, {"prompt": {"id": "pmpt_1"}}),
    "another model": (RESPONSES, {"model": "gpt-5-pro", "input": "hi"}),
    "two cases": (RESPONSES, {"model": "gpt-5", "Model": "gpt-5-pro", "input": "hi"}),
    "two cases, chat": (CHAT, ask("hi", MODEL="gpt-5-pro") | {"model": "gpt-5-pro"}),
    "a tool's model": (
        RESPONSES,
        {"model": "gpt-5", "input": "hi", "tools": [{"type": "image_generation", "model": "gpt-image-1"}]},
    ),
    "compact without model": (f"{RESPONSES}/compact", {"input": "hi"}),
    "embeddings": ("/v1/embeddings", {"model": "text-embedding-3-small", "input": "hi"}),
    "embeddings without model": ("/v1/embeddings", {"input": "hi"}),
    "embeddings, two cases": ("/v1/embeddings", {"model": "gpt-5", "mOdel": "x", "input": "hi"}),
    "in the query": ("/v1/embeddings?model=gpt-5-pro", {"model": "gpt-5", "input": "hi"}),
    "encoded in the query": ("/v1/embeddings?a=1&mod%65l=gpt-5-pro", {"model": "gpt-5", "input": "hi"}),
    "an empty body": ("/v1/embeddings", b""),
}


@pytest.mark.parametrize("path, body", BYPASSES.values(), ids=BYPASSES)
def test_s6_a_list_of_models_cannot_be_walked_around(callers, simulator, path, body):
    deployment, headers = callers()
    reply = deployment.client.post(body, headers["cyd"], path)
    assert reply.status == 403
    assert simulator.requests == []


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/jsonx"],
)
def test_s6_a_body_that_is_not_declared_as_json_is_not_forwarded(callers, simulator, content_type):
    deployment, headers = callers()
    body = json.dumps({"model": "gpt-5", "input": "hi"}).encode()
    fields = {**headers["cyd"], "Content-Type": content_type, "Content-Length": str(len(body))}
    connection = deployment.client.send("POST", "/v1/embeddings", None, fields)
    connection.send(body)
    assert connection.getresponse().status == 403
    connection.close()
    assert simulator.requests == []


def test_s6_the_permitted_model_is_sent(callers, simulator):
    deployment, headers = callers()
    assert deployment.client.post(ask("hi"), headers["cyd"], CHAT).status == 200
    assert simulator.body["model"] == "gpt-5"


# --- Names that clients choose (S7, S8, S18) --------------------------------------------------------------------------


@pytest.mark.parametrize("path", [CHAT, RESPONSES, "/proxy", "/v1/completions", "/v1/embeddings"])
@pytest.mark.parametrize("name", ["m" * 257, "m" * 1_000_000, "\x01" * 100_000, "a\u202eb", "a\x9bb"])
def test_s8_a_models_name_has_bounds(callers, simulator, path, name):
    deployment, headers = callers()
    body = {"model": name, "prompt": "hi", "input": "hi", "messages": [{"role": "user", "content": "hi"}]}
    reply = deployment.client.post(body, headers["ann"], path)
    assert reply.status == 400
    assert len(reply.body) < 1000
    assert simulator.requests == []
    assert wait_until(lambda: len(deployment.responder.access_log()) == 1)
    assert len(deployment.responder.log) < 10_000


def test_s8_a_long_path_is_cut_in_the_log(kept_proxy, default_deployment):
    before = len(default_deployment.responder.log)
    assert kept_proxy.get("/" + "a/" * 1500).status == 404
    assert wait_until(lambda: len(default_deployment.responder.log) > before)
    assert len(default_deployment.responder.log) - before < 1000


def test_s7_metrics_have_only_known_names_of_parameters(callers):
    deployment, headers = callers(STATUS_PATH="/status")
    for batch in range(5):
        deployment.client.post(ask("hi", **{f"field_{batch}_{n}": 1 for n in range(64)}), headers["ann"], CHAT)
    metrics = deployment.client.get("/status?openmetrics").body.decode()
    dropped = [line for line in metrics.splitlines() if line.startswith("gpt_proxy_dropped_parameters_total{")]
    assert dropped == ['gpt_proxy_dropped_parameters_total{parameter="other"} 320']


# --- One name, several callers (S11, S15, S16, S17) -------------------------------------------------------------------


def test_s11_a_token_cannot_be_taken_for_a_key(callers):
    deployment, headers = callers()
    for caller in ("ann", "jwt:ann", "shared"):
        deployment.client.post(ask("hi"), headers[caller], CHAT)
    assert wait_until(lambda: len(deployment.responder.access_log()) == 3)
    assert [line["caller"] for line in deployment.responder.access_log()] == ["ann", "jwt:ann", "default"]
    for caller in ("ann", "jwt:ann"):
        assert deployment.client.get("/authz", headers[caller]).headers["x-gpt-proxy-caller"] == caller


def test_s11_kept_reasoning_is_for_its_caller_only(callers, simulator):
    deployment, headers = callers()
    tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]
    first = ask("[simulate call=f times=1] x", tools=tools)
    message = deployment.client.post(first, headers["ann"], CHAT).json["choices"][0]["message"]
    result = {"role": "tool", "tool_call_id": message["tool_calls"][0]["id"], "content": "1"}
    second = {**first, "messages": [*first["messages"], message, result]}

    def types(caller):
        simulator.forget()
        assert deployment.client.post(second, headers[caller], CHAT).status == 200
        return [item.get("type") for item in simulator.body["input"]]

    for caller in ("bob", "jwt:ann", "shared"):
        assert "reasoning" not in types(caller)
    assert "reasoning" in types("ann")


def test_s15_equal_idempotency_keys_of_two_callers_are_different_upstream(callers, simulator):
    deployment, headers = callers()
    for caller in ("ann", "bob", "ann"):
        deployment.client.post(ask("hi"), {**headers[caller], "Idempotency-Key": "order-1"}, CHAT)
    sent = [{name.lower(): value for name, value in request["headers"]} for request in simulator.requests]
    ann, bob, again = [headers["idempotency-key"] for headers in sent]
    assert ann == again != bob and "order-1" not in (ann, bob)


@pytest.mark.parametrize(
    "prompts, n, accepted", [(32, 1, True), (33, 1, False), (16, 8, False), (5, 6, True), (128, 1, False)]
)
def test_s14_prompts_and_choices_together_are_bounded(kept_proxy, simulator, prompts, n, accepted):
    reply = kept_proxy.post({"model": "gpt-4o", "prompt": ["hi"] * prompts, "n": n}, path="/v1/completions")
    assert reply.status == (200 if accepted else 400)
    assert len(simulator.requests) == (prompts * n if accepted else 0)
    if not accepted:
        assert "N_MAX" in reply.json["error"]["message"]


# --- The operator's mistakes (S23) ------------------------------------------------------------------------------------


def test_s23_the_shared_key_must_not_be_the_upstream_key(run):
    key = "0123456789abcdef0123"
    ended = run("check", environment={"OPENAI_API_KEY": key, "PROXY_API_KEY": key})
    assert ended.returncode == 78
    assert "PROXY_API_KEY: is the same as OPENAI_API_KEY" in ended.stderr


def test_s23_plain_http_and_open_addresses_are_warned_about(run, directory, start, binaries, simulator):
    settings = environment("http://upstream.example:8000/v1")
    warning = "http://upstream.example:8000 is asked without encryption"
    assert warning in run("check", environment=settings).stdout
    assert warning not in run("check", environment=environment(simulator.base)).stdout
    server = start("serve", [binaries / "gpt-proxy", "serve", "--listen", f"0.0.0.0:{free_port()}"], settings)
    server.wait_until(lambda: '"started"' in server.log, "has not started")
    assert warning in server.log
    assert "other machines can connect to this address" in server.log


# --- Strangers and upstream's address (S20, S24, S25, U7) -------------------------------------------------------------


def test_s20_many_health_checks_cost_upstream_one_request(callers, simulator):
    deployment, headers = callers()
    connections = [deployment.client.send("GET", "/healthz?upstream=1", headers=headers["ann"]) for _ in range(60)]
    assert [connection.getresponse().status for connection in connections] == [200] * 60
    for connection in connections:
        connection.close()
    assert len(simulator.requests) == 1


@pytest.mark.parametrize(
    "header, changes",
    [("logout+jwt", {}), ("secevent+jwt", {}), (7, {}), ("JWT", {"typ": "ID"}), ("JWT", {"typ": "Refresh"})],
)
def test_s24_a_token_that_is_no_access_token_is_rejected(callers, header, changes):
    deployment, _ = callers()
    text = compact({"alg": "HS256", "typ": header}, claims(**changes), lambda message: hs256(SECRET.encode(), message))
    reply = deployment.client.post(ask("hi"), {"Authorization": f"Bearer {text}"}, CHAT)
    assert reply.status == 401
    assert last_line(deployment, 1)["error"] == "token_type"


@pytest.mark.parametrize("typ", ["at+jwt", "application/at+jwt", "JWT", "jwt"])
def test_s24_an_access_token_is_accepted(callers, typ):
    deployment, _ = callers()
    text = compact({"alg": "HS256", "typ": typ}, claims(typ="Bearer"), lambda message: hs256(SECRET.encode(), message))
    assert deployment.client.post(ask("hi"), {"Authorization": f"Bearer {text}"}, CHAT).status == 200


@pytest.mark.parametrize("id", ["..", "%2e%2e", "m" * 300])
def test_s25_a_models_path_is_not_forwarded_with_dots(kept_proxy, simulator, id):
    assert kept_proxy.get(f"/v1/models/{id}").status in (301, 400, 404)
    assert simulator.requests == []


@pytest.mark.parametrize(
    "base",
    ["http://127.0.0.1:1/v1", "https://127.0.0.1:1/v1", "http://name-that-does-not-exist.invalid:8000/v1"],
)
@pytest.mark.parametrize("path", ["/proxy", CHAT, RESPONSES, "/v1/embeddings"])
@pytest.mark.parametrize("stream", [False, True])
def test_u7_no_client_learns_where_upstream_is(deploy, base, path, stream):
    deployment = deploy(OPENAI_BASE=base, RETRIES="0")
    reply = deployment.client.post(ask("x", input="x", stream=stream), path=path)
    said = reply.body.decode() + str(reply.headers)
    host = base.split("/")[2]
    assert reply.status == 502 and "could not connect" in said
    assert host not in said and host.split(":")[0] not in said
    assert host in last_line(deployment, 1)["error_detail"]
