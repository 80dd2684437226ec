"""Azure's client classes, with nothing changed but the address: paths with a deployment's name, and the header `api-key`."""

import openai
import pytest

from client import ask
from processes import wait_until
from stack import PROXY_KEY

MESSAGES = [{"role": "user", "content": "hi"}]
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
DEPLOYMENT = "/openai/deployments/gpt-4o-mini"
CHAT = DEPLOYMENT + "/chat/completions?api-version=2024-02-01"
KEY = {"api-key": PROXY_KEY}


@pytest.fixture(
    params=[{}, {"azure_deployment": "gpt-4o"}, {"prefix": "/ai"}, {"base_url": "/v1"}],
    ids=["resource", "deployment", "prefix", "base_url"],
)
def azure(request, default_deployment, simulator):
    options = {"api_key": PROXY_KEY, "api_version": "2024-10-21", "max_retries": 0, **request.param}
    address = f"http://127.0.0.1:{default_deployment.nginx.port}" + options.pop("prefix", "")
    if "base_url" in options:
        options["base_url"] = address + options["base_url"]
    else:
        options["azure_endpoint"] = address
    with openai.AzureOpenAI(**options) as client:
        yield client


def test_a_whole_response(azure, simulator):
    reply = azure.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    assert reply.choices[0].message.content.startswith("You said: hi")
    assert reply.model == "gpt-4o"
    assert simulator.request["path"] == "/v1/responses"
    assert simulator.body["model"] == "gpt-5"


def test_a_stream(azure):
    options = {"include_usage": True}
    chunks = list(
        azure.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True, stream_options=options)
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text.startswith("You said: hi")
    assert chunks[-1].usage.total_tokens > 0


def test_a_tool(azure):
    messages = [{"role": "user", "content": "[simulate call=weather]"}]
    reply = azure.chat.completions.create(model="gpt-4o", messages=messages, tools=[TOOL])
    assert reply.choices[0].message.tool_calls[0].function.name == "weather"


def test_the_legacy_api(azure):
    reply = azure.completions.create(model="gpt-4o-mini", prompt="hi")
    assert reply.choices[0].text.startswith("You said: hi")


def test_embeddings(azure, simulator):
    reply = azure.embeddings.create(model="text-embedding-3-small", input="hi")
    assert reply.data[0].embedding
    assert simulator.request["path"] == "/v1/embeddings"


def test_the_responses_api(azure):
    assert azure.responses.create(model="gpt-4o", input="hi").output_text.startswith("You said: hi")


def test_the_list_of_models(azure):
    assert "gpt-4o" in {model.id for model in azure.models.list()}


def test_a_wrong_key_has_azures_code(default_deployment, simulator):
    address = f"http://127.0.0.1:{default_deployment.nginx.port}"
    with openai.AzureOpenAI(api_key="wrong", api_version="2024-10-21", azure_endpoint=address) as client:
        with pytest.raises(openai.AuthenticationError) as error:
            client.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    assert error.value.code == "401"
    assert simulator.requests == []


def test_a_missing_deployment_has_azures_code(kept_proxy):
    messages = [{"role": "user", "content": "[simulate missing=other]"}]
    path = "/openai/deployments/other/chat/completions?api-version=2024-02-01"
    reply = kept_proxy.post({"messages": messages}, KEY, path)
    assert reply.status == 404
    assert reply.json["error"]["code"] == "DeploymentNotFound"
    assert "other" in reply.json["error"]["message"]


def test_a_rate_limit_has_azures_code(kept_proxy):
    reply = kept_proxy.post({"messages": [{"role": "user", "content": "[simulate status=429]"}]}, KEY, CHAT)
    assert reply.status == 429
    assert reply.json["error"]["code"] == "429"


@pytest.mark.parametrize("body", [{}, {"model": None}])
def test_the_deployment_is_the_model_if_the_body_names_none(kept_proxy, simulator, body):
    reply = kept_proxy.post({**body, "messages": MESSAGES}, KEY, CHAT)
    assert reply.json["model"] == "gpt-4o-mini"
    assert simulator.body["model"] == "gpt-5-mini"


def test_the_body_names_the_model_before_the_path_does(kept_proxy, simulator):
    kept_proxy.post(ask("hi", model="gpt-4o"), KEY, CHAT)
    assert simulator.body["model"] == "gpt-5"


@pytest.mark.parametrize("name", ["v1", "openai", "deployments", "gpt%204", "proxy"])
def test_any_name_of_a_deployment(deploy, simulator, name):
    deployment = deploy(MODEL_MAP="v1=gpt-5,openai=gpt-5,deployments=gpt-5,gpt 4=gpt-5,proxy=gpt-5")
    reply = deployment.client.post(
        {"messages": MESSAGES}, KEY, f"/openai/deployments/{name}/chat/completions?api-version=1"
    )
    assert reply.status == 200
    assert reply.json["model"] == name.replace("%20", " ")
    assert simulator.body["model"] == "gpt-5"


def test_the_version_of_the_api_is_not_sent_to_upstream(kept_proxy, simulator):
    body = {"input": "hi"}
    kept_proxy.post(body, KEY, "/openai/deployments/text-embedding-3-small/embeddings?api-version=2024-02-01&a=b")
    assert simulator.request["path"] == "/v1/embeddings?a=b"
    assert simulator.body == {"model": "text-embedding-3-small", "input": "hi"}


def test_a_body_that_is_not_json_is_an_error(kept_proxy):
    reply = kept_proxy.post(b"{", KEY, CHAT)
    assert reply.status == 400
    assert "not valid JSON" in reply.json["error"]["message"]


def test_all_keys_of_a_request_must_be_the_same_callers(kept_proxy, simulator):
    headers = {"X-API-KEY": PROXY_KEY, "Authorization": f"Bearer {PROXY_KEY}", "api-key": "wrong"}
    assert kept_proxy.post(ask("hi"), headers, CHAT).status == 401
    assert simulator.requests == []


def test_a_limited_key_may_not_use_another_deployment(deploy, run, directory, simulator):
    file = directory / "keys"
    key = run("key", "new", "cyd", "--add", "--file", file, "--models", "gpt-5").stdout.splitlines()[0]
    client = deploy(PROXY_KEYS_FILE=str(file)).client
    for path in ("chat/completions", "embeddings"):
        body = {"messages": MESSAGES} if path.startswith("chat") else {"input": "hi"}
        reply = client.post(body, {"api-key": key}, f"/openai/deployments/gpt-4.1/{path}?api-version=1")
        assert reply.status == 403
    assert simulator.requests == []
    assert client.post({"messages": MESSAGES}, {"api-key": key}, CHAT.replace("gpt-4o-mini", "gpt-4o")).status == 200


def test_an_unknown_path_of_azures_api(kept_proxy):
    reply = kept_proxy.get("/openai/nothing?api-version=1", headers=KEY)
    assert reply.status == 404
    assert reply.json["error"]["code"] == "404"


def test_the_log_has_the_route_and_the_model(deploy):
    deployment = deploy()
    deployment.client.post({"messages": MESSAGES}, KEY, CHAT)
    assert wait_until(lambda: len(deployment.responder.access_log()) == 1)
    line = deployment.responder.access_log()[0]
    assert (line["route"], line["model"]) == ("/v1/chat/completions", "gpt-4o-mini")
