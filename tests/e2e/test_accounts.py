import re
import stat

import httpx

from running_system import TIMEOUT_SECONDS, System


def test_printed_passwords_are_valid_until_they_are_changed(
    system: System,
) -> None:
    (line,) = [each for each in system.up("--empty") if each.startswith("user ")]
    _, name, _, password = line.split()
    api = f"http://127.0.0.1:{system.port}/api/v1"
    login = {"username": name, "password": password}
    response = httpx.post(f"{api}/auth/login", json=login, timeout=TIMEOUT_SECONDS)
    assert response.json()["user"]["role"] == "admin"
    token = response.json()["token"]
    assert products_status(api, token) == 200
    assert products_status(api, "x" * 100 * 1024) == 401
    for file in ("jwt_secret", "first_users.json"):
        mode = (system.folder / ".pricebook" / file).stat().st_mode
        assert stat.S_IMODE(mode) == 0o600
    assert system.stop() == 0
    assert system.up("--empty") == [line, f"ready http://127.0.0.1:{system.port}"]
    assert products_status(api, token) == 200
    assert system.stop() == 0

    changed = system.run("users", "set", "admin", "--password-stdin", given="another password")
    assert changed.returncode == 0, changed.stderr
    assert system.up("--empty") == [f"ready http://127.0.0.1:{system.port}"]
    assert products_status(api, token) == 401


def products_status(api: str, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{api}/admin/products", headers=headers, timeout=TIMEOUT_SECONDS).status_code


def test_serve_with_an_invalid_secret_fails_with_one_sentence(system: System) -> None:
    for secret in ("", "x" * 64):
        refused = system.run("serve", "--port", str(system.port), JWT_SECRET=secret)
        assert refused.returncode == 1
        assert re.fullmatch(r"pricebook: JWT_SECRET [^\n]+\.\n", refused.stderr)
