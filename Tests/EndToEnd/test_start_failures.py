"""A start that cannot succeed ends at once, with a status of sysexits.h and a message that names the setting to change."""

import pytest

from stack import OPENAI_KEY, PROXY_KEY, environment

USAGE, CONFIGURATION = 64, 78

WRONG_VALUES = {
    "TARGET_API": "gemini",
    "INPUT_FORMAT": "essay",
    "UNSUPPORTED_PARAMS": "ignore",
    "MODEL_MAP": "gpt-4o",
    "MODELS_FILE": "/does/not/exist.csv",
    "RETIRED_MODELS": "keep",
    "OPENAI_BASE": "ftp://example.com",
    "MAX_BODY": "lots",
    "UPLOAD_RATE": "fast",
    "UPLOAD_TIMEOUT": "0s",
    "CLIENT_TIMEOUT": "never",
    "UPSTREAM_TIMEOUT": "soon",
    "CONNECT_TIMEOUT": "0s",
    "IDLE_TIMEOUT": "-1s",
    "HEARTBEAT": "10 parsecs",
    "MAX_STREAMS": "-1",
    "SHUTDOWN_GRACE": "x",
    "UPSTREAM_PROXY": "socks5://127.0.0.1:1080",
    "UPSTREAM_CA_FILE": "/does/not/exist.pem",
    "LOG_LEVEL": "loud",
    "LOG_FORMAT": "xml",
}


@pytest.fixture
def serve(run, directory):
    """Runs `gpt-proxy serve`, which is expected to exit with an error."""

    def serve(**settings):
        settings = environment("http://127.0.0.1:9/v1", **settings)
        return run("serve", "--listen", f"unix:{directory}/socket", environment=settings)

    return serve


@pytest.mark.parametrize("key", WRONG_VALUES)
def test_a_wrong_value_is_named(serve, key):
    ended = serve(**{key: WRONG_VALUES[key]})
    assert ended.returncode == CONFIGURATION
    assert f"{key}: " in ended.stderr
    assert ended.stdout == ""


def test_all_mistakes_are_reported_at_once(serve):
    ended = serve(TARGET_API="gemini", MAX_BODY="lots", PROXY_API_KEY=None)
    assert all(f"{key}: " in ended.stderr for key in ["TARGET_API", "MAX_BODY", "PROXY_API_KEY"])


@pytest.mark.parametrize("key", ["OPENAI_API_KEY", "PROXY_API_KEY"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_key_is_named(serve, key, value):
    ended = serve(**{key: value})
    assert ended.returncode == CONFIGURATION
    assert f"{key}: is not set" in ended.stderr


# Otherwise all tokens would be rejected, without a hint at the missing setting.
@pytest.mark.parametrize("key", ["JWT_ISSUER", "JWT_AUDIENCE"])
def test_an_issuer_without_keys_is_named(serve, key):
    ended = serve(**{key: "https://issuer.example.com"})
    assert ended.returncode == CONFIGURATION
    assert f"{key}: is set, but no token can be checked" in ended.stderr


def test_the_well_known_key_changeme_is_rejected(serve):
    ended = serve(PROXY_API_KEY="changeme")
    assert ended.returncode == CONFIGURATION
    assert "PROXY_API_KEY" in ended.stderr
    assert "openssl rand -hex 32" in ended.stderr


def test_no_error_contains_a_secret(serve):
    for wrong in [{"TARGET_API": "gemini"}, {"UPSTREAM_PROXY": "http://me:canary-password@127.0.0.1"}]:
        output = serve(**wrong).stderr
        assert not any(secret in output for secret in [PROXY_KEY, OPENAI_KEY, "canary-password"])


def test_a_missing_secret_file_is_named(serve):
    ended = serve(OPENAI_API_KEY=None, OPENAI_API_KEY_FILE="/does/not/exist")
    assert ended.returncode == CONFIGURATION
    assert "OPENAI_API_KEY" in ended.stderr
    assert "/does/not/exist" in ended.stderr


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["serve"], ["serve", "--listen", "unix:x", "--nonsense"], ["serve", "--listen", "unix:x", "--mode", "9"]],
)
def test_wrong_usage(run, arguments):
    ended = run(*arguments, environment=environment("http://127.0.0.1:9/v1"))
    assert ended.returncode == USAGE
    assert "usage" in ended.stderr.lower()


@pytest.mark.parametrize("address", ["", "nonsense", "127.0.0.1:port", "127.0.0.1:99999", "fd:x", "unix:"])
def test_an_invalid_address(run, address):
    ended = run("serve", "--listen", address, environment=environment("http://127.0.0.1:9/v1"))
    assert ended.returncode in (USAGE, 1)
    assert ended.stderr


def test_a_start_without_socket_and_arguments_lists_the_ways_to_start(run):
    ended = run(environment=environment("http://127.0.0.1:9/v1"))
    assert ended.returncode == USAGE
    assert "serve --listen" in ended.stderr
    assert "spawn-fcgi" in ended.stderr


def test_a_socket_that_is_in_use_is_not_taken(run, deploy):
    deployment = deploy()
    settings = environment("http://127.0.0.1:9/v1")
    ended = run("serve", "--listen", f"unix:{deployment.responder.socket}", environment=settings)
    assert ended.returncode == 1
    assert str(deployment.responder.socket) in ended.stderr
    assert deployment.client.ask("hi").status == 200
