"""Callers with tokens of an issuer (JWT), in the formats of Keycloak, Auth0 and Entra."""

import contextlib
import http.server
import json
import signal
import ssl
import threading
import time

import pytest

from certificates import self_signed
from client import ask
from processes import wait_until
from stack import OPENAI_KEY, PROXY_KEY, environment
from tokens import AUDIENCE, ISSUER, SigningKey, claims, compact, hs256, key_set, token

PATH = "/v1/chat/completions"
SECRET = "a-secret-that-both-sides-know-1c7e"
RULES = {"PROXY_API_KEY": None, "JWT_ISSUER": ISSUER, "JWT_AUDIENCE": AUDIENCE}


@pytest.fixture(scope="module")
def key():
    return SigningKey("first", "RS256")


@pytest.fixture(scope="module")
def other_key():
    return SigningKey("second", "RS256")


def status(client, text, path=PATH, **fields):
    return client.post(ask("hi", **fields), headers={"Authorization": f"Bearer {text}"}, path=path).status


def callers(deployment):
    return [line.get("caller") for line in deployment.responder.access_log()]


def reasons(deployment):
    return [line.get("error") for line in deployment.responder.access_log()]


# --- Keys in a file ---------------------------------------------------------------------------------------------------


@pytest.fixture
def deploy_with(deploy, directory):
    """Makes deployments that accept tokens signed with these keys."""

    def deploy_with(*keys, **settings):
        (directory / "jwks").write_text(key_set(*keys))
        return deploy(**{**RULES, "JWT_JWKS_FILE": str(directory / "jwks"), **settings})

    return deploy_with


def test_a_caller_with_a_token_is_identified_by_its_claim(deploy_with, key):
    deployment = deploy_with(key)
    assert status(deployment.client, token(key)) == 200
    assert status(deployment.client, token(key), "/proxy") == 200
    assert status(deployment.client, PROXY_KEY) == 401
    assert wait_until(lambda: callers(deployment) == ["jwt:ann", "jwt:ann", None])
    authz = deployment.client.get("/authz", headers={"Authorization": f"Bearer {token(key)}"})
    assert (authz.status, authz.headers["x-gpt-proxy-caller"]) == (204, "jwt:ann")


def test_the_reason_for_rejecting_a_token_is_logged_but_not_returned(deploy_with, key, other_key):
    deployment = deploy_with(key)
    attempts = {
        "token_malformed": "a.b.c",
        "token_key_unknown": token(other_key),
        "token_algorithm": token(key, alg="RS512"),
        "token_signature": token(other_key, kid="first"),
        "token_issuer": token(key, claims(iss="https://other.example")),
        "token_audience": token(key, claims(aud="other")),
        "token_expired": token(key, claims(exp=1)),
        "token_not_yet_valid": token(key, claims(nbf=int(time.time()) + 3600)),
        "token_claims": token(key, claims(exp="soon")),
        "invalid_key": "no-token-at-all",
    }
    replies = [
        deployment.client.post(ask("hi"), headers={"Authorization": f"Bearer {text}"}, path=PATH)
        for text in attempts.values()
    ]
    assert {reply.body for reply in replies} == {replies[0].body}
    assert replies[0].json["error"]["code"] == "invalid_api_key"
    assert wait_until(lambda: reasons(deployment) == list(attempts))


def test_a_token_may_list_the_models_of_its_caller(deploy_with, key, simulator):
    client = deploy_with(key).client
    for models in (["gpt-4o", "gpt-5-nano*"], "gpt-4o,gpt-5-nano*"):
        text = token(key, claims(models=models))
        assert [status(client, text, model=name) for name in ("gpt-4o", "gpt-5-nano-2025", "gpt-4.1")] == [200, 200, 403]
    assert status(client, token(key, claims(models=[]))) == 403
    assert status(client, token(key), model="gpt-4.1") == 200


def test_clocks_may_differ_by_a_minute(deploy_with, key):
    client = deploy_with(key).client
    now = int(time.time())
    changes = [{"exp": now - 30}, {"nbf": now + 30}, {"exp": now - 90}, {"nbf": now + 120}]
    assert [status(client, token(key, claims(**change))) for change in changes] == [200, 200, 401, 401]


def test_a_name_in_a_token_cannot_inject_a_header_or_imitate_another_name(deploy_with, key):
    client = deploy_with(key).client
    names = {"auth0|7": "auth0%7C7", "auth0%7C7": "auth0%257C7", "a\r\nSet-Cookie: x": None, "Åsa": "%C3%85sa"}
    for name, label in names.items():
        reply = client.get("/authz", headers={"Authorization": f"Bearer {token(key, claims(sub=name))}"})
        assert reply.status == 204
        assert "set-cookie" not in reply.headers
        assert label is None or reply.headers["x-gpt-proxy-caller"] == f"jwt:{label}"


def test_new_keys_in_the_file_are_read_without_a_restart(deploy_with, directory, key, other_key):
    deployment = deploy_with(key)
    client = deployment.client
    assert (status(client, token(key)), status(client, token(other_key))) == (200, 401)
    (directory / "jwks").write_text(key_set(key, other_key))
    assert wait_until(lambda: status(client, token(other_key)) == 200)
    (directory / "jwks").write_text("{}")
    assert wait_until(lambda: status(client, token(key)) and "file not read" in deployment.responder.log)
    assert (status(client, token(key)), status(client, token(other_key))) == (200, 200)


# --- Tokens of well-known issuers -------------------------------------------------------------------------------------


def test_keycloak(deploy_with):
    """Its set also has a key for encryption; a service's token names the client, and the user name is a claim."""
    issuer = "https://sso.example.com/realms/apps"
    signing = SigningKey("FJ86GcF3jTbNLOco4NvZkUCIUmfYCqoqtOQeMfbhNlE", "RS256")
    sealing = SigningKey("qsTSzZpRkLzKKnGbQJpKUvMPWEZ8gUpLBVAkYuqqHcY", "RSA-OAEP")
    deployment = deploy_with(
        sealing.jwk(use="enc", x5c=["MIIC"], x5t="x"),
        signing.jwk(x5c=["MIIC"], x5t="x"),
        JWT_ISSUER=issuer,
        JWT_LABEL_CLAIM="preferred_username",
    )
    payload = {
        "exp": int(time.time()) + 300,
        "iat": int(time.time()),
        "jti": "trrtcc:3c1e",
        "iss": issuer,
        "aud": [AUDIENCE, "account"],
        "sub": "0b9cd3b3-6e51-4d38-8f3f-0d3c2b7a7f7e",
        "typ": "Bearer",
        "azp": "batch",
        "acr": "1",
        "realm_access": {"roles": ["default-roles-apps", "offline_access"]},
        "scope": "email profile",
        "email_verified": False,
        "preferred_username": "service-account-batch",
    }
    assert status(deployment.client, token(signing, payload)) == 200
    assert wait_until(lambda: callers(deployment) == ["jwt:service-account-batch"])
    sealed = compact({"alg": "RS256", "kid": sealing.kid}, payload, lambda message: sealing.sign(message, "RS256"))
    assert status(deployment.client, sealed) == 401


def test_auth0(deploy_with):
    """Custom claims have URLs as names, and the name of a user contains a vertical bar."""
    issuer = "https://example.eu.auth0.com/"
    signing = SigningKey("NjVBRjY5MDlCMUIwNzU4RTA2QzZFMDQ4QzQ2MDAyQjVDNjk1RTM2Qg", "RS256")
    deployment = deploy_with(
        signing,
        JWT_ISSUER=issuer,
        JWT_AUDIENCE="https://llm.example.com",
        JWT_MODELS_CLAIM="https://example.com/models",
    )
    payload = {
        "https://example.com/models": ["gpt-4o"],
        "iss": issuer,
        "sub": "auth0|63b1f0a6e2b9",
        "aud": ["https://llm.example.com", "https://example.eu.auth0.com/userinfo"],
        "iat": int(time.time()),
        "exp": int(time.time()) + 86400,
        "azp": "my_client_id",
        "scope": "openid profile",
    }
    text = token(signing, payload)
    assert (status(deployment.client, text), status(deployment.client, text, model="gpt-4.1")) == (200, 403)
    assert wait_until(lambda: callers(deployment) == ["jwt:auth0%7C63b1f0a6e2b9"] * 2)


def test_entra(deploy_with):
    """Its keys name no algorithm."""
    issuer = "https://login.microsoftonline.com/8f1e/v2.0"
    signing = SigningKey("kWbkFqz1g0Kb8GQz9sG4eWmUu8U", "RS256")
    deployment = deploy_with(
        signing.jwk(alg=None, x5t="kWbk", issuer=issuer), JWT_ISSUER=issuer, JWT_LABEL_CLAIM="azp"
    )
    payload = {
        "aud": AUDIENCE,
        "iss": issuer,
        "iat": int(time.time()),
        "nbf": int(time.time()),
        "exp": int(time.time()) + 3900,
        "aio": "ASQA2/8T",
        "azp": "3d2b4c41-3d41-44cf-9b70-6f8a5b0f4a6e",
        "azpacr": "1",
        "oid": "6f8a5b0f",
        "sub": "6f8a5b0f",
        "tid": "8f1e",
        "uti": "x",
        "ver": "2.0",
    }
    assert status(deployment.client, token(signing, payload)) == 200
    assert wait_until(lambda: callers(deployment) == ["jwt:3d2b4c41-3d41-44cf-9b70-6f8a5b0f4a6e"])
    by_another_hash = compact(
        {"alg": "RS512", "kid": signing.kid}, payload, lambda message: signing.sign(message, "RS512")
    )
    assert status(deployment.client, by_another_hash) == 401


# --- A shared secret --------------------------------------------------------------------------------------------------


def by_secret(payload=None, secret=SECRET, **header):
    return compact({"alg": "HS256", **header}, payload or claims(), lambda message: hs256(secret.encode(), message))


def test_tokens_signed_with_a_shared_secret(deploy, key):
    client = deploy(PROXY_API_KEY=None, JWT_SECRET=SECRET).client
    assert status(client, by_secret()) == 200
    assert status(client, by_secret(kid="any")) == 200
    assert status(client, by_secret({"sub": "bob", "exp": int(time.time()) + 60})) == 200
    assert status(client, by_secret({"sub": "bob"})) == 401
    assert status(client, by_secret(secret=SECRET + "x")) == 401
    assert status(client, token(key)) == 401
    assert status(client, SECRET) == 401


def test_a_secret_in_a_file_can_be_changed_without_a_restart(deploy, directory):
    path = directory / "secret"
    path.write_text(SECRET + "\n")
    client = deploy(**{**RULES, "JWT_SECRET_FILE": str(path)}).client
    assert status(client, by_secret()) == 200
    path.write_text(SECRET[::-1])
    assert wait_until(lambda: status(client, by_secret(secret=SECRET[::-1])) == 200)
    assert status(client, by_secret()) == 401


# --- Keys that an issuer publishes ------------------------------------------------------------------------------------


class Publisher:
    """A TLS web server that publishes a set of keys and counts requests."""

    def __init__(self, directory):
        self.answer, self.status, self.asked, self.paths = "{}", 200, 0, []
        certificate, key = self_signed(directory)
        self.authority = str(certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        publisher = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                publisher.asked += 1
                publisher.paths.append(self.path)
                body = publisher.answer.encode()
                self.send_response(publisher.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_port}/realms/main/certs"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def publisher(directory):
    publisher = Publisher(directory)
    yield publisher
    publisher.stop()


@pytest.fixture
def deploy_for(deploy, publisher):
    def deploy_for(**settings):
        return deploy(**{**RULES, "JWT_JWKS_URL": publisher.url, "UPSTREAM_CA_FILE": publisher.authority, **settings})

    return deploy_for


def test_published_keys_are_fetched_when_needed_and_kept(deploy_for, publisher, key):
    publisher.answer = key_set(key)
    deployment = deploy_for()
    assert publisher.asked == 0
    assert [status(deployment.client, token(key)) for _ in range(5)] == [200] * 5
    assert publisher.asked == 1
    assert callers(deployment)[0] == "jwt:ann"


def test_many_concurrent_first_tokens_cause_one_fetch(deploy_for, publisher, key):
    publisher.answer = key_set(key)
    client = deploy_for().client
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(status(client, token(key)))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 12
    assert publisher.asked == 1


def test_invented_key_ids_cause_no_further_fetch(deploy_for, publisher, key, other_key):
    publisher.answer = key_set(key)
    client = deploy_for().client
    assert status(client, token(key)) == 200
    publisher.answer = key_set(key, other_key)
    assert {status(client, token(other_key, kid=f"made-up-{number}")) for number in range(20)} == {401}
    assert publisher.asked == 1
    assert status(client, token(key)) == 200


def test_keys_stay_in_use_if_a_fetch_fails_and_new_keys_are_noticed(deploy_for, publisher, key, other_key):
    publisher.answer = key_set(key)
    deployment = deploy_for()
    assert status(deployment.client, token(key)) == 200
    for answer, expected in [("nonsense", [200, 401]), (key_set(key, other_key), [200, 200]), (key_set(other_key), [401, 200])]:
        publisher.answer, asked = answer, publisher.asked
        deployment.responder.process.signal(signal.SIGHUP)
        assert wait_until(lambda: status(deployment.client, token(key)) and publisher.asked > asked)
        assert [status(deployment.client, token(one)) for one in (key, other_key)] == expected


@pytest.mark.parametrize(
    "broken, said",
    [
        ("nonsense", "is not JSON"),
        ('{"keys": []}', "has no key"),
        ('{"keys": "x"}', "not a key set"),
        ('{"keys": [' + " " * (64 << 10) + "]}", "longer than 65536 bytes"),
    ],
)
def test_an_invalid_key_set_accepts_no_tokens_and_is_logged(deploy_for, publisher, key, broken, said):
    publisher.answer = broken
    deployment = deploy_for()
    assert status(deployment.client, token(key)) == 503
    assert "token keys not fetched" in deployment.responder.log
    assert said in deployment.responder.log


@pytest.mark.parametrize("answer", [302, 404, 500])
def test_a_response_other_than_200_is_not_used_and_not_followed(deploy_for, publisher, key, answer):
    publisher.answer, publisher.status = key_set(key), answer
    deployment = deploy_for()
    assert status(deployment.client, token(key)) == 503
    assert publisher.paths == ["/realms/main/certs"]
    assert f"the response has status {answer}" in deployment.responder.log


def test_a_publisher_with_an_untrusted_certificate_gets_no_request(deploy_for, publisher, key):
    publisher.answer = key_set(key)
    deployment = deploy_for(UPSTREAM_CA_FILE=None)
    assert status(deployment.client, token(key)) == 503
    assert publisher.asked == 0


def test_the_url_of_keys_may_have_a_query(deploy_for, publisher, key):
    publisher.answer = key_set(key)
    client = deploy_for(JWT_JWKS_URL=publisher.url + "?p=policy").client
    assert status(client, token(key)) == 200
    assert publisher.paths == ["/realms/main/certs?p=policy"]


def test_check_lists_the_published_keys(run, publisher, simulator, key):
    settings = environment(
        simulator.base, **{**RULES, "JWT_JWKS_URL": publisher.url, "UPSTREAM_CA_FILE": publisher.authority}
    )
    publisher.answer = key_set(key, SigningKey("third", "ES256"))
    assert "JWT_JWKS_URL: has 2 keys for ES256, RS256\n" in run("check", "--upstream", environment=settings).stdout
    publisher.answer = "{}"
    ended = run("check", "--upstream", environment=settings)
    assert ended.returncode == 1
    assert ended.stderr.startswith("problem  JWT_JWKS_URL: is not a key set: it has no array named keys\n")


# --- Configuration ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings, said",
    [
        ({"JWT_SECRET": "short"}, "JWT_SECRET: is shorter than 32 bytes"),
        ({"JWT_JWKS_URL": "http://login.example.com/keys"}, "JWT_JWKS_URL: "),
        ({"JWT_JWKS_URL": "https://login.example.com/keys", "JWT_AUDIENCE": "x"}, "JWT_ISSUER: is not set"),
        ({"JWT_JWKS_URL": "https://login.example.com/keys", "JWT_ISSUER": "x"}, "JWT_AUDIENCE: is not set"),
        ({"JWT_JWKS_FILE": "missing", "JWT_ISSUER": "x", "JWT_AUDIENCE": "x"}, "JWT_JWKS_FILE: cannot read missing: No such file"),
        ({"JWT_SECRET": SECRET, "JWT_JWKS_URL": "https://a.example/k", "JWT_ISSUER": "x", "JWT_AUDIENCE": "y"}, "only one"),
    ],
)
def test_invalid_token_settings_are_reported_by_check(run, settings, said):
    ended = run("check", environment={"OPENAI_API_KEY": OPENAI_KEY, **settings})
    assert ended.returncode == 78
    assert said in ended.stderr
    assert SECRET not in ended.stderr


def test_an_invalid_key_set_is_explained(run, directory):
    small = SigningKey("small", "RS256", 1024).jwk()
    (directory / "jwks").write_text(json.dumps({"keys": [small, {"kty": "oct", "k": "AAAA"}]}))
    settings = {"JWT_JWKS_FILE": str(directory / "jwks"), "JWT_ISSUER": "x", "JWT_AUDIENCE": "y"}
    ended = run("check", environment={"OPENAI_API_KEY": OPENAI_KEY, **settings})
    assert ended.returncode == 78
    assert "of 2048 bits or more" in ended.stderr
