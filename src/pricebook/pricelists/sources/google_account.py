"""Authorizes requests to Google with the key file of a service account."""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

import urllib3
from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport.urllib3 import Request
from google.oauth2 import service_account

from pricebook.errors import PricebookError, PriceListError, SourceUnavailableError

_SCOPES = ("https://www.googleapis.com/auth/spreadsheets.readonly",)
# The library has no types.
_Credentials = cast("Any", service_account.Credentials)


class AuthorizedAccount(NamedTuple):
    """The e-mail address of a service account and the header fields that authorize its requests."""

    email: str
    headers: Mapping[str, str]


def authorize(key_path: str | None, http: urllib3.PoolManager) -> AuthorizedAccount:
    """Request an access token for the service account of a key file.

    Raises PriceListError if the key cannot be used, SourceUnavailableError if Google does not
    respond.
    """
    credentials = _credentials(key_path)
    email: str = credentials.service_account_email
    headers: dict[str, str] = {}
    try:
        credentials.refresh(Request(http))
    except GoogleAuthError as error:
        raise _authorization_error(error, email) from error
    except (TypeError, ValueError) as error:
        raise _unavailable_error(email) from error
    credentials.apply(headers)
    return AuthorizedAccount(email, headers)


def _credentials(key_path: str | None) -> Any:
    if key_path is None:
        raise PriceListError(
            "Google spreadsheets need the key file of a service account; set "
            "GOOGLE_CREDENTIALS_PATH to its path."
        )
    try:
        return _Credentials.from_service_account_file(key_path, scopes=_SCOPES)
    except OSError as error:
        raise PriceListError(
            f"The key file {key_path} cannot be read: {error.strerror}."
        ) from error
    except (AttributeError, TypeError, ValueError, GoogleAuthError) as error:
        raise PriceListError(
            f"{key_path} is not the key file of a Google service account."
        ) from error


def _authorization_error(error: GoogleAuthError, email: str) -> PricebookError:
    if isinstance(error, TransportError) or cast("Any", error).retryable:
        return _unavailable_error(email)
    return PriceListError(f"Google does not accept the key of {email}; it may have been revoked.")


def _unavailable_error(email: str) -> SourceUnavailableError:
    return SourceUnavailableError(f"Google cannot authorize {email} at the moment; try later.")
