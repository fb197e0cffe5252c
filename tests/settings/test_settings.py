"""Invalid settings are reported in one error, and secrets are never shown."""

import re
from pathlib import Path

import pytest

from pricebook.errors import SettingsError
from pricebook.settings import SECRETS, read_settings
from running_system import System

SECRET = "0123456789abcdef0123456789abcdef"
DATABASE = "postgresql://pricebook:Pa55word@db/pricebook"
REDIS = "redis://:Pa55word@cache:6379/0"
VALID_SECRETS = {
    "JWT_SECRET": SECRET,
    "CREDENTIALS_KEY": f"{SECRET},{SECRET[::-1]}",
    "DATABASE_URL": DATABASE,
    "DATABASE_READ_URL": DATABASE,
    "REDIS_URL": REDIS,
    "METRICS_TOKEN": "a token for Prometheus",
    "SMTP_URL": "smtp://pricebook:Pa55word@mail.example",
}


def error_lines(environment: dict[str, str], *, for_server: bool = False) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        read_settings(environment, for_server=for_server)
    return refused.value.message.splitlines()


def test_every_invalid_value_is_reported_in_one_error_on_its_own_line() -> None:
    lines = error_lines(
        {
            "PORT": "80000",
            "WORKERS": "many",
            "DB_POOL_MIN": "9",
            "DB_POOL_MAX": "3",
            "TRUSTED_PROXIES": "10.0.0.0/8, proxy",
            "ALLOWED_ORIGINS": "https://shop.example, *",
            "CATALOG_CURRENCY": "euro",
        },
        for_server=True,
    )
    assert [re.match(r"[A-Z_]+", line)[0] for line in lines] == [  # pyright: ignore[reportOptionalSubscript]
        "TRUSTED_PROXIES",
        "ALLOWED_ORIGINS",
        "CATALOG_CURRENCY",
        "PORT",
        "WORKERS",
        "JWT_SECRET",
        "DB_POOL_MIN",
    ]


def test_invalid_pool_size_is_not_compared() -> None:
    assert len(error_lines({"DB_POOL_MIN": "30", "DB_POOL_MAX": "many"})) == 1


@pytest.mark.parametrize("name", SECRETS)
def test_secret_from_a_file_has_no_final_line_break(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(VALID_SECRETS[name] + "\n")
    environment = {f"{name}_FILE": str(file), "SMTP_FROM": "pricebook@shop.example"}
    settings = read_settings(environment)
    assert getattr(settings, name.lower()) == VALID_SECRETS[name]
    assert read_settings(settings.as_environment() | {"PORT": "1"}).port == 1
    assert read_settings(environment | settings.as_environment()) == settings


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: "),
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xff", "is not UTF-8 text"),
    ],
)
def test_unusable_secret_file_is_refused(
    name: str, content: bytes | None, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    (line,) = error_lines({f"{name}_FILE": str(file)})
    assert line.startswith(f"{name}_FILE: {file} ")
    assert words in line


@pytest.mark.parametrize("name", SECRETS)
def test_secret_and_secret_file_together_are_refused(name: str, tmp_path: Path) -> None:
    (line,) = error_lines({name: VALID_SECRETS[name], f"{name}_FILE": str(tmp_path / "any")})
    assert line == f"{name} and {name}_FILE are both set: set only one of them."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JWT_SECRET", "Pa55word"),
        ("CREDENTIALS_KEY", "Pa55word"),
        ("CREDENTIALS_KEY", f"{SECRET},Pa55word"),
        ("CREDENTIALS_KEY", "Pa55word, ,"),
        ("DATABASE_URL", "postgresql://pricebook:Pa55 word@db/pricebook"),
        ("DATABASE_URL", "mysql://pricebook:Pa55word@db"),
        ("DATABASE_READ_URL", "mysql://pricebook:Pa55word@db"),
        ("REDIS_URL", "redis://:Pa55word/7@cache"),
        ("REDIS_URL", "http://:Pa55word@cache"),
        ("SMTP_URL", "https://a:Pa55word@mail.example"),
    ],
)
def test_invalid_secret_is_not_in_the_message(name: str, value: str) -> None:
    (line,) = error_lines({name: value})
    assert line.startswith(f"{name} is ")
    assert "Pa55" not in line


def test_mails_need_a_sender() -> None:
    url = VALID_SECRETS["SMTP_URL"]
    assert error_lines({"SMTP_URL": url}) == ["SMTP_FROM is not set: SMTP_URL needs a sender."]
    (line,) = error_lines({"SMTP_URL": url, "SMTP_FROM": "a@b.example, c@d.example"})
    assert line.startswith("SMTP_FROM is not an e-mail address")


def test_origins_are_exact() -> None:
    text = "https://shop.example,http://localhost:3000"
    assert read_settings({"ALLOWED_ORIGINS": text}).origins == frozenset(text.split(","))
    for wrong in ("*", "null", "https://shop.example/", "https://*.example", "shop.example"):
        assert wrong in error_lines({"ALLOWED_ORIGINS": wrong})[0]


@pytest.mark.parametrize("command", [["serve"], ["worker"], ["up"], ["migrate"], ["users", "list"]])
def test_commands_start_nothing_with_invalid_settings(command: list[str], tmp_path: Path) -> None:
    ended = System(tmp_path).run(
        *command,
        PRICEBOOK_HOME=str(tmp_path / "home"),
        PORT="0",
        WORKERS="0",
        JWT_SECRET="Pa55word",
    )
    assert ended.returncode == 1
    lines = ended.stderr.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["pricebook:", "JWT_SECRET"],
        ["pricebook:", "PORT"],
        ["pricebook:", "WORKERS"],
    ]
    assert "Pa55word" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_serve_without_a_secret_fails_with_the_remedy(tmp_path: Path) -> None:
    ended = System(tmp_path).run("serve")
    assert ended.returncode == 1
    assert ended.stderr == (
        "pricebook: JWT_SECRET is not set: generate one with `openssl rand -hex 32`.\n"
    )
    assert list(tmp_path.iterdir()) == []
