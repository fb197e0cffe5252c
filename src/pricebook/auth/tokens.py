"""Signed tokens: HS256 and nothing else, from our issuer, with an end."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import msgspec

from pricebook.auth.schemas import Role, User
from pricebook.errors import UnauthorizedError

ALGORITHM = "HS256"
REQUIRED_CLAIMS = ["exp", "iat", "iss", "jti", "role", "sub"]
MAX_TOKEN_LENGTH = 4096  # ours have about 400 characters

# PyJWT names types of a package that we do without.
# pyright: reportUnknownMemberType=false

# What a token that is not ours can make the libraries raise; deep JSON exhausts their recursion.
INVALID_TOKEN_ERRORS = (
    jwt.PyJWTError,
    msgspec.ValidationError,
    ValueError,
    OverflowError,
    RecursionError,
)


class TokenKey(msgspec.Struct, frozen=True):
    """What tokens are made and checked with."""

    secret: str
    issuer: str
    lifetime_hours: int


class Claims(msgspec.Struct, frozen=True):
    """Whose token it is, and the role and token version of the account when it was issued.

    Tokens of releases before the version existed carry none; they count as the first version.
    """

    sub: UUID
    role: Role
    jti: str
    ver: int = 0


def issue(
    key: TokenKey, user: User, now: datetime, jti: UUID, version: int = 0
) -> tuple[str, datetime]:
    """Make a token; return it and when it ends (UTC, whole seconds)."""
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
    """Check a token and return what it says.

    Raises UnauthorizedError for one that is expired or not ours. `iat` must be there but may lie
    ahead: the clocks of two machines differ.
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
        raise UnauthorizedError("The token is not valid here: log in.") from None
