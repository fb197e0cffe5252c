"""The command `pricebook up`: first and later starts, ports, folders, other servers."""

import re
import signal
import socket
from collections.abc import Callable
from typing import Any

import psycopg
from servers import free_port

from pricebook.embedded import Endpoints
from running_system import TIMEOUT_SECONDS, System


def with_several_suppliers(page: dict[str, Any]) -> list[dict[str, Any]]:
    return [product for product in page["data"] if product["supplier_count"] >= 2]


def test_first_start_creates_demo_data_and_the_second_start_keeps_it(
    system: System,
) -> None:
    printed = system.up()
    assert printed[-1] == f"ready http://127.0.0.1:{system.port}"
    assert sum("items" in line for line in printed) == 4
    users = [line for line in printed if line.startswith("user ")]
    assert [line.split()[1] for line in users] == ["sales", "procurement", "admin"]
    page = system.get("/api/v1/catalog?search=hammer&min_price=5&limit=3")
    assert with_several_suppliers(page)
    assert any(each["product_count"] for each in system.get("/api/v1/categories")["data"])
    assert system.stop() == 0
    assert system.processes() == []

    assert system.up() == [*users, f"ready http://127.0.0.1:{system.port}"]
    assert system.get("/api/v1/catalog?search=hammer&min_price=5&limit=3") == page
    assert system.stop(signal.SIGINT) == 0


def test_empty_start_has_no_products_and_imports_work_while_it_runs(system: System) -> None:
    printed = system.up("--empty")
    assert [line.split()[:2] for line in printed[:-1]] == [["user", "admin"]]
    assert system.get("/api/v1/catalog")["total_count"] == 0
    (system.folder / "list.csv").write_text("Article code,Name,Price\nA-1,Hammer,$2.50\n")
    done = system.run(
        "import", "list.csv", "--supplier", "ACME", "--create-supplier", "--create-products"
    )
    assert done.returncode == 0, done.stderr
    assert system.get("/api/v1/catalog")["data"][0]["min_price"] == "2.50"
    assert system.stop() == 0
    assert system.up("--empty") == printed
    assert system.get("/api/v1/catalog")["total_count"] == 1


def test_configured_servers_are_used_instead_of_embedded_ones(
    system: System, new_database: Callable[..., str], endpoints: Endpoints
) -> None:
    server_urls = {"DATABASE_URL": new_database("template0"), "REDIS_URL": endpoints.redis_url}
    system.up("--empty", **server_urls)
    assert system.get("/ready") == {"status": "ready"}
    assert not (system.folder / ".pricebook/postgres").exists()
    with psycopg.connect(server_urls["DATABASE_URL"]) as conn:
        assert conn.execute("SELECT currency FROM catalog_settings").fetchone() == ("USD",)
    assert system.stop() == 0


def test_second_up_in_the_same_folder_is_refused(system: System) -> None:
    system.up("--empty")
    for port in (free_port(), system.port):
        second = system.run("up", "--port", str(port))
        assert second.returncode == 1
        assert re.fullmatch(r"pricebook: Pricebook is already up in [^\n]+\.\n", second.stderr)


def test_serve_on_a_port_in_use_is_refused(system: System) -> None:
    system.up("--empty")
    secret = (system.folder / ".pricebook/jwt_secret").as_posix()
    failed = system.run("serve", "--port", str(system.port), JWT_SECRET_FILE=secret)
    assert failed.returncode == 1
    assert re.fullmatch(r"pricebook: HOST and PORT: .*Address already in use\.\n", failed.stderr)


def test_up_on_a_port_in_use_starts_nothing_and_prints_no_password(system: System) -> None:
    with socket.create_server(("127.0.0.1", system.port)):
        refused = system.run("up", "--empty", "--port", str(system.port))
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert re.fullmatch(r"pricebook: HOST and PORT: .*Address already in use\.\n", refused.stderr)
    assert not (system.folder / ".pricebook").exists()


def test_port_that_is_bound_during_the_first_start_is_reported(system: System) -> None:
    starting = system.start("up", "--port", str(system.port))
    assert starting.stdout
    printed = [starting.stdout.readline()]
    assert "First start" in printed[0]
    with socket.create_server(("127.0.0.1", system.port)):
        printed += starting.stdout
    assert starting.wait(TIMEOUT_SECONDS) == 1
    starting.stdout.close()
    assert re.fullmatch(r"pricebook: HOST and PORT: .*Address already in use\.\n", printed[-1])
    assert not [line for line in printed if "password" in line]


def test_home_that_is_not_writable_is_reported_in_one_sentence(system: System) -> None:
    (system.folder / "file").touch()
    refused = system.run("up", "--port", str(system.port), PRICEBOOK_HOME="file/home")
    assert refused.returncode == 1
    assert re.fullmatch(r"pricebook: [^\n]+file/home[^\n]+\.\n", refused.stderr)
