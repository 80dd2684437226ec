"""Whole responses of /proxy: the request is mapped as in the contract, and upstream's response is forwarded."""

from stack import OPENAI_KEY, PROXY_KEY


def test_a_request_is_mapped_like_the_contract(proxy, simulator):
    reply = proxy.post(
        {
            "model": "gpt-4o",
            "messages": [{"role": "system", "content": " Be kind. "}, {"role": "user", "content": "hi"}],
            "max_tokens": 100,
        }
    )
    assert reply.status == 200
    assert simulator.request["path"] == "/v1/responses"
    assert simulator.body["model"] == "gpt-5"
    assert simulator.body["input"] == "[system]\nBe kind.\n\n---\n[user]\nhi\n"
    assert simulator.body["max_output_tokens"] == 100


def test_upstreams_response_is_forwarded_unchanged(proxy):
    reply = proxy.ask("[simulate text=Grüße, 世界 🌍]")
    assert reply.text == "Grüße, 世界 🌍"
    assert reply.json["object"] == "response"
    assert reply.headers["Content-Type"] == "application/json"
    assert int(reply.headers["Content-Length"]) == len(reply.body)
    assert reply.headers["x-request-id"].startswith("req_")
    assert reply.headers["x-ratelimit-limit-requests"] == "10000"


def test_a_recorded_response_keeps_every_byte(proxy, vectors):
    assert proxy.ask("[simulate play=02]").body == (vectors / "bodies/02_unicode.json").read_bytes()


def test_mapped_unknown_and_missing_models(kept_proxy, simulator):
    for model, sent in [("gpt-4o-mini", "gpt-5-mini"), ("o9", "o9"), (None, "gpt-5")]:
        simulator.forget()
        body = {"messages": [{"role": "user", "content": "hi"}], **({"model": model} if model else {})}
        assert kept_proxy.post(body).status == 200
        assert simulator.body["model"] == sent


def test_a_prompt_becomes_the_input(kept_proxy, simulator):
    assert kept_proxy.post({"prompt": "Once upon a time"}).status == 200
    assert simulator.body["input"] == "Once upon a time"


def test_only_the_proxys_own_key_is_sent_upstream(kept_proxy, simulator):
    kept_proxy.post(
        {"prompt": "hi"},
        headers={"X-API-KEY": PROXY_KEY, "Authorization": f"Bearer {PROXY_KEY}", "OpenAI-Organization": "theirs"},
    )
    headers = {name.lower(): value for name, value in simulator.request["headers"]}
    assert headers["authorization"] == f"Bearer {OPENAI_KEY}"
    assert "openai-organization" not in headers
    assert PROXY_KEY not in str(headers)


def test_organization_and_project_come_from_the_operator(deploy, simulator):
    client = deploy(OPENAI_ORGANIZATION="org-ours", OPENAI_PROJECT="proj-ours").client
    assert client.ask("hi").status == 200
    headers = {name.lower(): value for name, value in simulator.request["headers"]}
    assert (headers["openai-organization"], headers["openai-project"]) == ("org-ours", "proj-ours")
