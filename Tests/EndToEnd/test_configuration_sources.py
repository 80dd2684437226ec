"""The sources of settings in order of precedence: environment, credentials directory, .env, default."""

import pytest

from stack import OPENAI_KEY, PROXY_KEY

KEYS = {"OPENAI_API_KEY": OPENAI_KEY, "PROXY_API_KEY": PROXY_KEY}


@pytest.fixture
def settings(run):
    """Runs `gpt-proxy check` in an environment and returns the settings that it shows, as a dictionary."""

    def settings(*arguments, **environment):
        ended = run("check", *arguments, environment=environment)
        assert ended.returncode == 0, ended.stderr
        return dict(line.split("=", 1) for line in ended.stdout.partition("\n\n")[0].splitlines())

    return settings


def test_the_environment(settings):
    assert settings(**KEYS, DEFAULT_MODEL="from-environment")["DEFAULT_MODEL"] == "from-environment"


def test_an_environment_file_in_the_working_directory(settings, directory):
    (directory / ".env").write_text(
        f"# a comment\nOPENAI_API_KEY={OPENAI_KEY}\nPROXY_API_KEY='{PROXY_KEY}'\n\n"
        'DEFAULT_MODEL="quoted model"\nTARGET_API=chat\n'
    )
    found = settings()
    assert found["DEFAULT_MODEL"] == "quoted model"
    assert found["TARGET_API"] == "chat"


def test_an_environment_file_with_another_name(settings, directory):
    (directory / "production.env").write_text("DEFAULT_MODEL=from-file\n")
    assert settings("--env-file", "production.env", **KEYS)["DEFAULT_MODEL"] == "from-file"


def test_a_named_environment_file_must_exist(run):
    ended = run("check", "--env-file", "missing.env", environment=KEYS)
    assert ended.returncode == 78
    assert "missing.env" in ended.stderr


def test_a_credentials_directory(settings, directory):
    credentials = directory / "credentials"
    credentials.mkdir()
    for name, value in {**KEYS, "DEFAULT_MODEL": "from-credentials"}.items():
        (credentials / name).write_text(value + "\n")
    assert settings(CREDENTIALS_DIRECTORY=str(credentials))["DEFAULT_MODEL"] == "from-credentials"


def test_credentials_that_are_links_as_in_kubernetes(settings, directory):
    credentials = directory / "credentials"
    (credentials / "..2026_11_24").mkdir(parents=True)
    (credentials / "..data").symlink_to("..2026_11_24")
    for name, value in KEYS.items():
        (credentials / "..data" / name).write_text(value)
        (credentials / name).symlink_to(f"..data/{name}")
    assert settings(CREDENTIALS_DIRECTORY=str(credentials))["OPENAI_API_KEY"] == "(set, not shown)"


def test_a_file_per_secret(settings, directory):
    for name, value in KEYS.items():
        (directory / name).write_text(value + "\n")
    found = settings(
        OPENAI_API_KEY_FILE=str(directory / "OPENAI_API_KEY"), PROXY_API_KEY_FILE=str(directory / "PROXY_API_KEY")
    )
    assert found["OPENAI_API_KEY"] == "(set, not shown)"


def test_the_precedence_of_the_sources(settings, directory):
    (directory / ".env").write_text("DEFAULT_MODEL=file\nTARGET_API=chat\nINPUT_FORMAT=items\n")
    credentials = directory / "credentials"
    credentials.mkdir()
    (credentials / "DEFAULT_MODEL").write_text("credentials")
    (credentials / "TARGET_API").write_text("completions")
    found = settings(**KEYS, CREDENTIALS_DIRECTORY=str(credentials), DEFAULT_MODEL="environment")
    assert (found["DEFAULT_MODEL"], found["TARGET_API"], found["INPUT_FORMAT"], found["LOG_LEVEL"]) == (
        "environment",
        "completions",
        "items",
        "info",
    )


def test_a_key_from_a_file_is_sent_upstream(deploy, directory, simulator):
    (directory / "key").write_text(OPENAI_KEY + "\n")
    client = deploy(OPENAI_API_KEY=None, OPENAI_API_KEY_FILE=str(directory / "key")).client
    assert client.ask("hi").status == 200
    assert ["Authorization", f"Bearer {OPENAI_KEY}"] in simulator.request["headers"]
