import re
import stat

import httpx

from running_system import System


def test_the_users_that_up_prints_can_log_in_until_they_get_new_passwords(
    system: System,
) -> None:
    (line,) = [each for each in system.up("--empty") if each.startswith("user ")]
    _, name, _, password = line.split()
    base = f"http://127.0.0.1:{system.port}/api/v1"
    response = httpx.post(f"{base}/auth/login", json={"username": name, "password": password})
    assert response.json()["user"]["role"] == "admin"
    headers = {"Authorization": f"Bearer {response.json()['token']}"}
    assert httpx.get(f"{base}/admin/products", headers=headers).status_code == 200
    huge = {"Authorization": "Bearer " + "x" * 100 * 1024}
    assert httpx.get(f"{base}/admin/products", headers=huge).status_code == 401
    for file in ("jwt_secret", "first_users.json"):
        mode = (system.folder / ".pricebook" / file).stat().st_mode
        assert stat.S_IMODE(mode) == 0o600
    assert system.stop() == 0
    assert system.up("--empty") == [line, f"ready http://127.0.0.1:{system.port}"]
    assert httpx.get(f"{base}/admin/products", headers=headers).status_code == 200
    assert system.stop() == 0

    changed = system.run("users", "set", "admin", "--password-stdin", given="another password")
    assert changed.returncode == 0, changed.stderr
    assert system.up("--empty") == [f"ready http://127.0.0.1:{system.port}"]
    assert httpx.get(f"{base}/admin/products", headers=headers).status_code == 401


def test_serve_without_a_secret_stops_in_one_sentence(system: System) -> None:
    for secret in ("", "x" * 64):
        refused = system.run("serve", "--port", str(system.port), JWT_SECRET=secret)
        assert refused.returncode == 1
        assert re.fullmatch(r"pricebook: JWT_SECRET [^\n]+\.\n", refused.stderr)
