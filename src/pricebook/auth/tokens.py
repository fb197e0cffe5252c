"""Signed tokens (JWT): HS256 only, with issuer and expiry."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import msgspec

from pricebook.auth.schemas import Role, User
from pricebook.errors import UnauthorizedError

ALGORITHM = "HS256"
REQUIRED_CLAIMS = ["exp", "iat", "iss", "jti", "role", "sub"]
MAX_TOKEN_LENGTH = 4096  # issued tokens have about 400 characters

# The types of PyJWT need a package that is not installed.
# pyright: reportUnknownMemberType=false

# Errors of the libraries on a token that is not valid; deeply nested JSON raises RecursionError.
INVALID_TOKEN_ERRORS = (
    jwt.PyJWTError,
    msgspec.ValidationError,
    ValueError,
    OverflowError,
    RecursionError,
)


class TokenKey(msgspec.Struct, frozen=True):
    """The secret and the fixed claims of tokens."""

    secret: str
    issuer: str
    lifetime_hours: int


class Claims(msgspec.Struct, frozen=True):
    """The claims of a token: user id, and role and token version of the account at its issue.

    Tokens of releases without token versions have none, which counts as version 0.
    """

    sub: UUID
    role: Role
    jti: str
    ver: int = 0


def issue(
    key: TokenKey, user: User, now: datetime, jti: UUID, version: int = 0
) -> tuple[str, datetime]:
    """Return a new token and its expiry (UTC, whole seconds)."""
    issued_at = now.astimezone(UTC).replace(microsecond=0)
    expires_at = issued_at + timedelta(hours=key.lifetime_hours)
    claims: dict[str, Any] = {
        "sub": str(user.id),
        "role": user.role,
        "iss": key.issuer,
        "iat": issued_at,
        "exp": expires_at,
        "jti": str(jti),
        "ver": version,
    }
    return jwt.encode(claims, key.secret, algorithm=ALGORITHM), expires_at


def read(key: TokenKey, token: str) -> Claims:
    """Verify a token and return its claims.

    Raises UnauthorizedError if it is expired or not valid. `iat` is required but may be in the
    future, because the clocks of two machines differ.
    """
    if len(token) > MAX_TOKEN_LENGTH:
        raise UnauthorizedError("The token is malformed.")
    try:
        claims = jwt.decode(
            token,
            key.secret,
            algorithms=[ALGORITHM],
            issuer=key.issuer,
            options={"require": REQUIRED_CLAIMS, "verify_iat": False},
        )
        return msgspec.convert(claims, Claims)
    except jwt.ExpiredSignatureError:
        raise UnauthorizedError("The token has expired: log in again.") from None
    except INVALID_TOKEN_ERRORS:
        raise UnauthorizedError("The token is not valid: log in.") from None
