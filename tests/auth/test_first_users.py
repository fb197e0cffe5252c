"""What an installation makes for itself: a secret and the first users."""

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pricebook.cli.installation import (
    FirstUser,
    generate_password,
    load_first_users,
    load_or_create_secret,
    save_first_users,
)
from pricebook.errors import SettingsError
from pricebook.settings import Settings

WEAK = {
    "": "is not set",
    "x" * 31: "less than 32 bytes",
    "x" * 64: "repeats",
    "abab" * 20: "repeats",
    "please-change-me-in-production-0123": "placeholder",
    "your-256-bit-secret-your-256-bit-secret": "placeholder",
}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("secret", WEAK)
def test_a_weak_secret_is_named_and_never_shown(secret: str) -> None:
    with pytest.raises(SettingsError, match=f"^JWT_SECRET .*{WEAK[secret]}") as refused:
        _ = Settings(jwt_secret=secret).required_jwt_secret
    assert not secret or secret not in refused.value.message


def test_a_secret_is_counted_in_bytes() -> None:
    secret = "абвгдежзийклмноп"
    assert Settings(jwt_secret=secret).required_jwt_secret == secret


def test_the_secret_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(load_or_create_secret, [tmp_path / "home"] * 32))
    (secret,) = secrets
    assert Settings(jwt_secret=secret).required_jwt_secret
    (file,) = (tmp_path / "home").iterdir()
    assert mode(file) == 0o600


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    load_or_create_secret(tmp_path)
    (tmp_path / "jwt_secret").chmod(0o640)
    with pytest.raises(SettingsError, match="open to other users"):
        load_or_create_secret(tmp_path)


def test_the_first_users_are_kept_for_the_owner_alone(tmp_path: Path) -> None:
    assert load_first_users(tmp_path) == []
    for password in ("one", "two"):
        made = [FirstUser("admin", "admin", password, "hash")]
        save_first_users(tmp_path, made)
        assert load_first_users(tmp_path) == made
    (file,) = tmp_path.iterdir()
    assert mode(file) == 0o600


def test_made_passwords_are_long_different_and_easy_to_type() -> None:
    made = {generate_password() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", each) for each in made)
