"""The secret and the first users that an installation generates."""

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pricebook.auth.passwords import generate_password
from pricebook.cli.installation import (
    CREDENTIALS_KEY_FILE,
    FirstUser,
    load_first_users,
    load_or_create_secret,
    save_first_users,
    with_credentials_key,
)
from pricebook.errors import SettingsError
from pricebook.settings import Settings

WEAK = {
    "": "is not set",
    "x" * 31: "fewer than 32 bytes",
    "x" * 64: "repeats",
    "abab" * 20: "repeats",
    "please-change-me-in-production-0123": "placeholder",
    "your-256-bit-secret-your-256-bit-secret": "placeholder",
}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("secret", WEAK)
def test_weak_secret_is_refused_and_not_in_the_message(secret: str) -> None:
    with pytest.raises(SettingsError, match=f"^JWT_SECRET .*{WEAK[secret]}") as refused:
        _ = Settings(jwt_secret=secret).required_jwt_secret
    assert not secret or secret not in refused.value.message


def test_secret_length_is_in_bytes() -> None:
    secret = "абвгдежзийклмноп"
    assert Settings(jwt_secret=secret).required_jwt_secret == secret


def test_secret_is_created_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(load_or_create_secret, [tmp_path / "home"] * 32))
    (secret,) = secrets
    assert Settings(jwt_secret=secret).required_jwt_secret
    (file,) = (tmp_path / "home").iterdir()
    assert mode(file) == 0o600


def test_secret_readable_by_others_is_refused(tmp_path: Path) -> None:
    load_or_create_secret(tmp_path)
    (tmp_path / "jwt_secret").chmod(0o640)
    with pytest.raises(SettingsError, match="open to other users"):
        load_or_create_secret(tmp_path)


def test_key_of_credentials_is_that_of_the_settings_or_of_the_installation(tmp_path: Path) -> None:
    settings = Settings(pricebook_home=str(tmp_path))
    assert with_credentials_key(settings).credentials_key is None
    key = load_or_create_secret(tmp_path, CREDENTIALS_KEY_FILE)
    assert key != load_or_create_secret(tmp_path)
    assert with_credentials_key(settings).credentials_keys == [key]
    own = Settings(pricebook_home=str(tmp_path), credentials_key="mine, old")
    assert with_credentials_key(own).credentials_keys == ["mine", "old"]
    (tmp_path / CREDENTIALS_KEY_FILE).chmod(0o644)
    with pytest.raises(SettingsError, match="open to other users"):
        with_credentials_key(settings)


def test_first_users_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    assert load_first_users(tmp_path) == []
    for password in ("one", "two"):
        made = [FirstUser("admin", "admin", password, "hash")]
        save_first_users(tmp_path, made)
        assert load_first_users(tmp_path) == made
    (file,) = tmp_path.iterdir()
    assert mode(file) == 0o600


def test_generated_passwords_are_distinct_and_easy_to_type() -> None:
    made = {generate_password() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", each) for each in made)
