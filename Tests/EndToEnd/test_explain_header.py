"""x-gpt-proxy-explain: returns the request that would be sent upstream instead of sending it, for permitted callers."""

import json

import pytest

import tokens
from client import ask
from processes import wait_until
from stack import OPENAI_KEY, PROXY_KEY

CHAT = "/v1/chat/completions"
CALL = {"id": "c" * 70, "type": "function", "function": {"name": "f", "arguments": "{}"}}
BODIES = {
    "/proxy": ask("hi", seed=7, max_tokens=100),
    CHAT: ask("hi", stop="END", max_tokens=3)
    | {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "tool_calls": [CALL]}]},
    "/v1/completions": {"model": "gpt-4o", "prompt": ["one", "two"], "max_tokens": 100},
    "/v1/responses": {"model": "gpt-4o", "input": "hi"},
}


@pytest.fixture
def keys(run, directory):
    def new(label, *options):
        ended = run("key", "new", label, "--add", "--file", directory / "keys", *options)
        return ended.stdout.splitlines()[0]

    return {"ann": new("ann", "--explain", "--models", "gpt-4o"), "bob": new("bob")}


@pytest.fixture
def deployment(deploy, keys, directory):
    return deploy(
        PROXY_KEYS_FILE=str(directory / "keys"), OPENAI_ORGANIZATION="org-canary", OPENAI_PROJECT="proj-canary"
    )


def explain(deployment, key, body, path=CHAT, word="1", **headers):
    return deployment.client.post(body, {"X-API-KEY": key, "x-gpt-proxy-explain": word, **headers}, path)


# For other targets, all paths except the legacy API, which the simulator does not support.
WHERE = [("", path) for path in BODIES] + [
    (prefix, path) for prefix in ("/completions", "/chat") for path in BODIES if path != "/v1/completions"
]


@pytest.mark.parametrize("prefix, path", WHERE)
def test_the_explained_request_is_the_request_that_is_sent(deployment, keys, simulator, prefix, path):
    headers = {"X-API-KEY": keys["ann"], "traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "Idempotency-Key": "k"}
    reply = deployment.client.post(BODIES[path], headers | {"x-gpt-proxy-explain": "1"}, prefix + path)
    assert reply.status == 200, reply.body
    assert reply.headers["content-type"] == "application/json"
    assert simulator.requests == []
    explained = reply.json
    assert explained["object"] == "gpt_proxy.explanation"
    assert (explained["route"], explained["target"]) == (path, prefix[1:] or "responses")

    deployment.client.post(BODIES[path], headers, prefix + path)
    shown = explained.get("bodies", [explained.get("body")])
    # Further requests are corrections after the simulator has rejected a parameter.
    sent = simulator.requests[: len(shown)]
    assert sorted(map(compact, shown)) == sorted(compact(json.loads(request["body"])) for request in sent)
    assert len(shown) == len(sent) == explained["upstream"]["requests"]
    assert explained["upstream"]["method"] == "POST"
    assert explained["upstream"]["url"].endswith(sent[0]["path"])
    shown = {name.lower(): value for name, value in explained["upstream"]["headers"].items()}
    real = {name.lower(): value for name, value in sent[0]["headers"]}
    names = set(real) - {"host", "content-length", "accept-encoding"}
    assert set(shown) == names
    own = {"authorization", "openai-organization", "openai-project"}
    assert {shown[name] for name in own} == {"(not shown)"}
    differ = {name for name in names - own if shown[name] != real[name]}
    # These two are different for each request.
    assert differ <= {"x-client-request-id", "idempotency-key"}


def test_an_explanation_reveals_no_operator_data(deployment, keys):
    body = explain(deployment, keys["ann"], BODIES[CHAT]).body
    assert OPENAI_KEY.encode() not in body and b"canary" not in body


def test_each_field_is_listed_with_its_change(deployment, keys):
    explained = explain(deployment, keys["ann"], BODIES[CHAT] | {"n": 3, "seed": 7}).json
    fates = {row.get("field"): (row.get("sent_as"), row["kind"]) for row in reversed(explained["explanation"])}
    assert fates["model"] == ("model", "translated")
    assert fates["max_tokens"] == ("max_output_tokens", "dropped")
    assert fates["stop"] == (None, "emulated")
    assert fates["seed"] == (None, "dropped")
    assert fates["messages[0]"] == ("input[0]", "renamed")
    assert fates["messages[1].tool_calls[0].id"] == (None, "repaired")
    assert {notice["kind"] for notice in explained["notices"]} == {"dropped", "emulated", "repaired"}
    assert explained["upstream"]["requests"] == 3
    (model,) = [row for row in explained["explanation"] if row.get("field") == "model"]
    assert (model["before"], model["after"]) == ("gpt-4o", "gpt-5")


def test_an_explanation_leaves_out_parameters_that_upstream_has_rejected(deployment, keys, simulator):
    body = ask("[simulate refuse=service_tier] hi", service_tier="flex")
    assert explain(deployment, keys["ann"], body).json["body"]["service_tier"] == "flex"
    assert deployment.client.post(body, {"X-API-KEY": keys["ann"]}, CHAT).status == 200
    reply = explain(deployment, keys["ann"], body)
    assert "service_tier" not in reply.json["body"]
    assert reply.headers["x-gpt-proxy-dropped"] == "service_tier"


@pytest.mark.parametrize("streams", [False, True])
def test_callers_without_permission_get_403_and_learn_how_to_get_it(deployment, keys, simulator, streams):
    for key in (keys["bob"], PROXY_KEY):
        reply = explain(deployment, key, ask("hi", stream=streams))
        assert reply.status == 403
        assert reply.json["error"]["code"] == "explanation_not_allowed"
        assert "--explain" in reply.json["error"]["message"]
        assert "--explain" in explain(deployment, key, ask("hi", stream=streams), "/proxy").json["detail"]
    assert simulator.requests == []


def test_a_streamed_request_gets_a_whole_explanation(deployment, keys, simulator):
    reply = explain(deployment, keys["ann"], ask("hi", stream=True))
    assert reply.json["body"]["stream"] is True
    assert simulator.requests == []


def test_a_model_that_the_caller_may_not_use_is_not_explained(deployment, keys):
    reply = explain(deployment, keys["ann"], ask("hi") | {"model": "gpt-4.1"})
    assert (reply.status, reply.json["error"]["code"]) == (403, "model_not_found")


@pytest.mark.parametrize("path, word", [(CHAT, "true"), (CHAT, "2"), ("/v1/embeddings", "1")])
def test_an_explanation_that_is_not_possible_sends_nothing_upstream(deployment, keys, simulator, path, word):
    reply = explain(deployment, keys["ann"], ask("hi", input="hi"), path, word)
    assert reply.status == 400
    assert "x-gpt-proxy-explain must be 1" in reply.json["error"]["message"]
    assert simulator.requests == []


def test_an_invalid_request_gets_the_usual_error(deployment, keys):
    reply = explain(deployment, keys["ann"], {"model": "gpt-4o"})
    assert (reply.status, reply.json["error"]["param"]) == (400, "messages")
    assert explain(deployment, "wrong", ask("hi")).status == 401


def test_an_explanation_is_logged(deployment, keys):
    explain(deployment, keys["ann"], BODIES[CHAT])
    assert wait_until(deployment.responder.access_log)
    (line,) = deployment.responder.access_log()
    assert (line["caller"], line["route"], line["status"], line["explain"]) == ("ann", CHAT, 200, True)
    assert (line["model"], line["model_sent"]) == ("gpt-4o", "gpt-5")
    assert "upstream_status" not in line and "input_tokens" not in line


def test_key_list_shows_the_permission_to_explain(run, keys, directory):
    assert run("key", "list", "--file", directory / "keys").stdout == "ann models=gpt-4o explain=yes\nbob\n"


@pytest.mark.parametrize("claim, status", [(True, 200), (False, 403), ("true", 403), (1, 403), (None, 403)])
def test_a_claim_in_a_token_permits_its_caller_to_explain(deploy, directory, claim, status):
    key = tokens.SigningKey("one", "ES256")
    (directory / "set").write_text(tokens.key_set(key))
    deployment = deploy(
        JWT_JWKS_FILE=str(directory / "set"), JWT_ISSUER=tokens.ISSUER, JWT_AUDIENCE=tokens.AUDIENCE
    )
    assert explain(deployment, tokens.token(key, tokens.claims(explain=claim)), ask("hi")).status == status


def compact(value):
    return json.dumps(value, sort_keys=True)
