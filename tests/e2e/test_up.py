import os
import re
import signal
from collections.abc import Callable
from typing import Any

import psycopg

from pricebook.embedded import Endpoints
from running_system import System, free_port


def several(page: dict[str, Any]) -> list[dict[str, Any]]:
    return [product for product in page["data"] if product["supplier_count"] >= 2]


def test_a_first_start_shows_a_catalog_of_several_suppliers_and_a_second_one_keeps_it(
    system: System,
) -> None:
    printed = system.up()
    assert printed[-1] == f"ready http://127.0.0.1:{system.port}"
    assert sum("items" in line for line in printed) == 4
    users = [line for line in printed if line.startswith("user ")]
    assert [line.split()[1] for line in users] == ["sales", "procurement", "admin"]
    page = system.get("/api/v1/catalog?search=hammer&min_price=5&limit=3")
    assert several(page)
    assert any(each["product_count"] for each in system.get("/api/v1/categories")["data"])
    assert system.stop() == 0
    assert system.processes() == []

    assert system.up() == [*users, f"ready http://127.0.0.1:{system.port}"]
    assert system.get("/api/v1/catalog?search=hammer&min_price=5&limit=3") == page
    assert system.stop(signal.SIGINT) == 0


def test_an_empty_start_stays_empty_and_takes_lists_in_while_it_runs(system: System) -> None:
    printed = system.up("--empty")
    assert [line.split()[:2] for line in printed[:-1]] == [["user", "admin"]]
    assert system.get("/api/v1/catalog")["total_count"] == 0
    (system.folder / "list.csv").write_text("Article code,Name,Price\nA-1,Hammer,$2.50\n")
    done = system.run("import", "list.csv", "--supplier", "ACME", "--create-products")
    assert done.returncode == 0, done.stderr
    assert system.get("/api/v1/catalog")["data"][0]["min_price"] == "2.50"
    assert system.stop() == 0
    assert system.up("--empty") == printed
    assert system.get("/api/v1/catalog")["total_count"] == 1


def test_servers_outside_are_used_when_they_are_given(
    system: System, new_database: Callable[..., str], endpoints: Endpoints
) -> None:
    outside = {"DATABASE_URL": new_database("template0"), "REDIS_URL": endpoints.redis_url}
    system.up("--empty", **outside)
    assert system.get("/ready") == {"status": "ready"}
    assert not (system.folder / ".pricebook/postgres").exists()
    with psycopg.connect(outside["DATABASE_URL"]) as conn:
        assert conn.execute("SELECT currency FROM catalog_settings").fetchone() == ("USD",)
    assert system.stop() == 0


def test_a_second_up_in_one_folder_is_refused_in_one_sentence(system: System) -> None:
    system.up("--empty")
    second = system.run("up", "--port", str(free_port()))
    assert second.returncode == 1
    assert re.fullmatch(r"pricebook: [^\n]+\.\n", second.stderr)


def test_a_port_in_use_is_named(system: System) -> None:
    system.up("--empty")
    secret = (system.folder / ".pricebook/jwt_secret").as_posix()
    taken = system.run("serve", "--port", str(system.port), JWT_SECRET_FILE=secret)
    assert taken.returncode == 1
    assert re.fullmatch(r"pricebook: HOST and PORT: .*Address already in use\.\n", taken.stderr)


def test_an_api_that_ends_by_itself_ends_the_system(system: System) -> None:
    system.up("--empty")
    assert system.running
    os.kill(system.child("serve"), signal.SIGKILL)
    assert system.running.wait(30) == 1
    assert "The API ended by itself" in system.rest()


def test_a_lost_database_server_ends_the_system(system: System) -> None:
    system.up("--empty")
    assert system.running
    os.kill(system.child("postgres"), signal.SIGQUIT)
    assert system.running.wait(30) == 1
    assert "pricebook: " in system.rest()
