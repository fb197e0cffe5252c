"""Valid, forged, expired and malformed tokens."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import jwt
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from builders import user
from pricebook.auth import lookup_cache
from pricebook.db.database import Connection
from pricebook.settings import Settings

Client = AsyncTestClient[Litestar]
ForgeToken = Callable[[dict[str, Any], str], str]
ROUTE = "/api/v1/admin/products"
encode = cast("Any", jwt).encode  # its types need a package that is not installed


def claims_of(user_id: UUID, **with_claims: Any) -> dict[str, Any]:
    """The claims of a valid token; None omits a claim."""
    now = datetime.now(UTC)
    claims = {
        "sub": str(user_id),
        "role": "admin",
        "iss": "pricebook",
        "iat": now,
        "exp": now + timedelta(hours=1),
        "jti": str(uuid4()),
        **with_claims,
    }
    return {name: value for name, value in claims.items() if value is not None}


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header: bytes, claims: dict[str, Any], secret: str) -> str:
    """A token with any header, signed as HS256 would be."""
    times = {name: int(claims[name].timestamp()) for name in ("iat", "exp")}
    body = f"{base64url(header)}.{base64url(json.dumps(claims | times).encode())}"
    digest = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64url(digest)}"


def with_claims(**fields: Any) -> ForgeToken:
    return lambda claims, secret: encode(
        {name: value for name, value in {**claims, **fields}.items() if value is not None}, secret
    )


FORGED_TOKENS: dict[str, ForgeToken] = {
    "alg none": lambda claims, _: encode(claims, None, algorithm="none"),
    "alg None by hand": lambda claims, secret: signed(b'{"alg":"None"}', claims, secret),
    "alg is a list": lambda claims, secret: signed(b'{"alg":["HS256"]}', claims, secret),
    "HS512": lambda claims, secret: encode(claims, secret * 2, algorithm="HS512"),
    "RS256 with the secret": lambda claims, secret: signed(b'{"alg":"RS256"}', claims, secret),
    "another secret": lambda claims, _: encode(claims, "y" * 32),
    "header is no object": lambda claims, secret: signed(b"[]", claims, secret),
    "deep header": lambda claims, secret: signed(b"[" * 2000, claims, secret),
    "other issuer": with_claims(iss="someone"),
    "issuer is a list": with_claims(iss=None, sub=["pricebook"]),
    "expired by a second": lambda claims, secret: encode(
        {**claims, "exp": datetime.now(UTC) - timedelta(seconds=1)}, secret
    ),
    "endless": with_claims(exp=float("inf")),
    "no number": with_claims(exp="tomorrow"),
    "no exp": with_claims(exp=None),
    "no iat": with_claims(iat=None),
    "no jti": with_claims(jti=None),
    "no role": with_claims(role=None),
    "no sub": with_claims(sub=None),
    "no iss": with_claims(iss=None),
    "unknown role": with_claims(role="root"),
    "sub is no id": with_claims(sub="admin"),
    "unknown user": with_claims(sub=str(uuid4())),
    "garbage": lambda _claims, _secret: "garbage",
    "dots": lambda _claims, _secret: "...",
    "no base64": lambda _claims, _secret: "ä.ö.ü",
    "1 MB": lambda _claims, _secret: "x" * 1024 * 1024,
    "long": with_claims(more="x" * 5000),
}


@pytest.fixture
async def admin(conn: Connection) -> UUID:
    return await user(conn, "anna", "admin")


@pytest.fixture
def secret(settings: Settings) -> str:
    assert settings.jwt_secret
    return settings.jwt_secret


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def status(client: Client, headers: Any) -> int:
    response = await client.get(ROUTE, headers=headers)
    if response.status_code == 401:
        assert response.headers["www-authenticate"] == "Bearer"
        assert response.json()["error"]["code"] == "UNAUTHORIZED"
    return response.status_code


@pytest.mark.parametrize("how", FORGED_TOKENS)
async def test_forged_token_is_refused(client: Client, admin: UUID, secret: str, how: str) -> None:
    claims = claims_of(admin)
    assert await status(client, bearer(encode(claims, secret))) == 200
    forged = FORGED_TOKENS[how](claims, secret).encode("latin-1")
    assert await status(client, {"Authorization": b"Bearer " + forged}) == 401


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer"])
async def test_scheme_is_case_insensitive(
    client: Client, admin: UUID, secret: str, scheme: str
) -> None:
    token = encode(claims_of(admin), secret)
    assert await status(client, {"Authorization": f"{scheme} {token}"}) == 200


async def test_malformed_authorization_is_refused(client: Client, admin: UUID, secret: str) -> None:
    token = encode(claims_of(admin), secret)
    for value in ("", "Bearer", "Bearer ", token, f"Basic {token}", f"Bearer{token}"):
        assert await status(client, {"Authorization": value}) == 401, value
    twice = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
    assert await status(client, twice) == 401


async def test_iat_in_the_future_is_accepted(client: Client, admin: UUID, secret: str) -> None:
    ahead = datetime.now(UTC) + timedelta(seconds=30)
    assert await status(client, bearer(encode(claims_of(admin, iat=ahead), secret))) == 200


@pytest.mark.parametrize(
    "loss",
    [
        "DELETE FROM users",
        "UPDATE users SET is_active = false",
        "UPDATE users SET role = 'sales'",
    ],
)
async def test_inactive_deleted_or_changed_accounts_are_refused(
    client: Client,
    conn: Connection,
    secret: str,
    loss: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    headers = bearer(encode(claims_of(await user(conn, "anna", "admin")), secret))
    assert await status(client, headers) == 200
    await conn.execute(loss)
    assert await status(client, headers) == 200, "a moment later the account is still known"
    monkeypatch.setattr(lookup_cache, "MAX_AGE_SECONDS", 0)
    assert await status(client, headers) == 401
    assert lookup_cache.MAX_AGE_SECONDS < 60


async def test_authentication_returns_503_without_the_database(
    client: Client,
    admin: UUID,
    secret: str,
    settings: Settings,
    drop_database: Callable[[str], None],
) -> None:
    assert settings.database_url
    drop_database(settings.database_url)
    assert await status(client, bearer(encode(claims_of(admin), secret))) == 503
    assert await status(client, bearer("garbage")) == 401
