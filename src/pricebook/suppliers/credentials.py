"""Credentials of the https addresses of price lists: set, removed, and decrypted for a download."""

import base64
from typing import NamedTuple
from uuid import UUID

import msgspec

from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError, NotFoundError, PriceListError, SettingsError
from pricebook.pricelists.schemas.read_request import HttpCredentials
from pricebook.pricelists.sources.public_addresses import parse_https_url
from pricebook.suppliers import credential_repository, repository
from pricebook.suppliers.credential_keys import CredentialKeys, DecryptionError
from pricebook.suppliers.credential_schemas import (
    CredentialKeyCount,
    EncryptedCredentials,
    NewCredentials,
    StoredCredentials,
)
from pricebook.suppliers.overviews import get_overview, no_supplier
from pricebook.suppliers.revisions import credentials_revision, require_revision
from pricebook.suppliers.schemas import NewSupplier, SupplierOverview

NO_KEY = "CREDENTIALS_KEY is not set: set it to the output of `openssl rand -hex 32` and restart"
AUTHORIZATION = "Authorization"


class MissingKeyError(ConflictError):
    """The server has no key to store credentials with."""


class CredentialContext(NamedTuple):
    """The database and the keys with which credentials are stored."""

    database: Database
    keys: CredentialKeys


async def set_credentials(
    context: CredentialContext,
    supplier_id: UUID,
    new: NewCredentials,
    set_by: str,
    *,
    seen: str | None = None,
) -> StoredCredentials:
    """Store the credentials of the address of a supplier, encrypted; return all but the secret.

    Raises NotFoundError; ConflictError without a key or without an https address;
    OutdatedSupplierError when credentials or address have another revision than `seen`.
    """
    _require_key(context.keys)
    async with context.database.short_transaction() as conn:
        if await repository.lock_supplier(conn, supplier_id) is None:
            raise no_supplier(supplier_id)
        shown = await get_overview(conn, supplier_id)
        require_revision(seen, credentials_revision(shown), shown.name)
        stored = (await _store(conn, context.keys, shown, new, set_by)).credentials
    if stored is None:
        raise no_supplier(supplier_id)
    return stored


async def create_supplier(
    context: CredentialContext, supplier: NewSupplier, new: NewCredentials, created_by: str
) -> SupplierOverview:
    """Create a supplier together with the credentials of its address, or neither.

    Raises ConflictError when the name is taken, without a key, or without an https address.
    """
    _require_key(context.keys)
    async with context.database.short_transaction() as conn:
        supplier_id = await repository.insert_supplier(conn, supplier)
        shown = await get_overview(conn, supplier_id)
        return await _store(conn, context.keys, shown, new, created_by)


def _require_key(keys: CredentialKeys) -> str:
    """Return the id of the key that encrypts; raises MissingKeyError without one."""
    if keys.current_id is None:
        raise MissingKeyError(f"The credentials were not stored: {NO_KEY}.")
    return keys.current_id


async def _store(
    conn: Connection,
    keys: CredentialKeys,
    supplier: SupplierOverview,
    new: NewCredentials,
    set_by: str,
) -> SupplierOverview:
    """Store the credentials of a supplier that the caller has locked; return the supplier."""
    origin = origin_of(supplier.source_config.get("url"))
    if origin is None:
        raise ConflictError(
            f"{supplier.name} has no https address that credentials could be for: set `url` of"
            " its source configuration first."
        )
    encrypted = EncryptedCredentials(new.kind, new.name, origin, _require_key(keys), b"")
    ciphertext = keys.encrypt(new.secret, _associated_data(supplier.id, encrypted))
    encrypted = msgspec.structs.replace(encrypted, ciphertext=ciphertext)
    await credential_repository.upsert(conn, supplier.id, encrypted, set_by)
    return await get_overview(conn, supplier.id)


async def remove_credentials(database: Database, supplier_id: UUID) -> None:
    """Delete the credentials of a supplier; raises NotFoundError if it has none."""
    async with database.short_transaction() as conn:
        supplier = await repository.lock_supplier(conn, supplier_id)
        if supplier is None:
            raise no_supplier(supplier_id)
        if not await credential_repository.delete(conn, supplier_id):
            raise NotFoundError(f"{supplier.name} has no credentials.")


async def find_for_address(
    conn: Connection, keys: CredentialKeys, supplier_id: UUID, url: str
) -> HttpCredentials | None:
    """Return the decrypted credentials of a supplier; None if they are not of this address.

    Raises PriceListError if they cannot be decrypted.
    """
    stored = await credential_repository.find_encrypted(conn, supplier_id)
    if stored is None or stored.origin != origin_of(url):
        return None
    return _header_of(stored, _decrypt(keys, supplier_id, stored))


async def encrypt_again(context: CredentialContext) -> int:
    """Encrypt with the first key what another one has encrypted; return how many were.

    Raises SettingsError without a key, PriceListError if one cannot be decrypted; then nothing is
    changed.
    """
    keys, key_id = context.keys, context.keys.current_id
    if key_id is None:
        raise SettingsError(f"{NO_KEY}.")
    async with context.database.transaction() as conn:
        others = await credential_repository.lock_with_other_keys(conn, key_id)
        for supplier_id, stored in others:
            secret = _decrypt(keys, supplier_id, stored)
            ciphertext = keys.encrypt(secret, _associated_data(supplier_id, stored))
            await credential_repository.set_ciphertext(conn, supplier_id, key_id, ciphertext)
    return len(others)


async def count_by_key(database: Database) -> list[CredentialKeyCount]:
    """Count the credentials of each key that has encrypted any."""
    async with database.connection() as conn:
        return await credential_repository.count_by_key(conn)


def origin_of(url: str | None) -> str | None:
    """Return scheme, host and port of an https URL; None if it is none."""
    try:
        return parse_https_url(url).origin if url else None
    except PriceListError:
        return None


def is_for_address(supplier: SupplierOverview) -> bool:
    """Return whether the credentials of a supplier are those of its configured address."""
    credentials = supplier.credentials
    return credentials is not None and credentials.origin == origin_of(
        supplier.source_config.get("url")
    )


def _decrypt(keys: CredentialKeys, supplier_id: UUID, stored: EncryptedCredentials) -> str:
    if keys.current_id is None:
        raise PriceListError(f"The stored credentials cannot be decrypted: {NO_KEY}.")
    if stored.key_id not in keys:
        raise PriceListError(
            "The stored credentials cannot be decrypted: CREDENTIALS_KEY does not have the key that"
            " they were stored with; restore that key, or set the credentials again."
        )
    try:
        return keys.decrypt(stored.key_id, stored.ciphertext, _associated_data(supplier_id, stored))
    except DecryptionError:
        raise PriceListError(
            "The stored credentials cannot be decrypted: they were altered in the database, or"
            " copied from another supplier; set them again."
        ) from None


def _associated_data(supplier_id: UUID, stored: EncryptedCredentials) -> bytes:
    """Return what belongs to a ciphertext: with another supplier or host it cannot be decrypted."""
    return msgspec.json.encode([supplier_id, stored.kind, stored.name, stored.origin])


def _header_of(stored: EncryptedCredentials, secret: str) -> HttpCredentials:
    match stored.kind:
        case "basic":
            pair = base64.b64encode(f"{stored.name}:{secret}".encode()).decode()
            return HttpCredentials(stored.origin, AUTHORIZATION, f"Basic {pair}")
        case "bearer":
            return HttpCredentials(stored.origin, AUTHORIZATION, f"Bearer {secret}")
        case "header":
            return HttpCredentials(stored.origin, stored.name or "", secret)
