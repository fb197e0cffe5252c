"""The routes of the credentials of suppliers."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, delete, put
from litestar.di import NamedDependency
from litestar.params import PathParameter

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.json_body import provide_body
from pricebook.http.openapi import RequestBody, Success, documented
from pricebook.suppliers import credentials
from pricebook.suppliers.credential_schemas import NewCredentials, StoredCredentials
from pricebook.suppliers.credentials import CredentialContext

CREDENTIALS: dict[str, Any] = {
    "kind": "basic",
    "name": "shop-4711",
    "origin": "https://lists.nordwerk.example",
    "updated_at": "2026-02-11T10:42:31.206114Z",
    "updated_by": "anna",
}
REQUEST: dict[str, Any] = {"kind": "basic", "name": "shop-4711", "secret": "kmq7-v3xt-h8ra"}

SupplierId = Annotated[UUID, PathParameter(description="The supplier's id.")]


@put(
    "/suppliers/{supplier_id:str}/credentials",
    summary="Set the credentials of a supplier",
    description="Stores the credentials of the https address of a supplier's price list (`url` of"
    " its source configuration), encrypted, in place of those that it had. They are sent to the"
    " scheme, host and port of that address only, also after redirects. No response has the"
    " secret. Status 409 without such an address, and where the server has no CREDENTIALS_KEY.",
    dependencies={"new_credentials": provide_body(NewCredentials)},
    opt=documented(
        Success(kind=StoredCredentials, example=CREDENTIALS),
        body=RequestBody(NewCredentials, REQUEST),
        errors=(NotFoundError, ConflictError),
    ),
)
async def set_supplier_credentials(
    supplier_id: SupplierId,
    new_credentials: NamedDependency[NewCredentials],
    caller: NamedDependency[Caller],
    credential_context: NamedDependency[CredentialContext],
) -> StoredCredentials:
    """Set the credentials of a supplier and return all but the secret."""
    return await credentials.set_credentials(
        credential_context, supplier_id, new_credentials, caller.username
    )


@delete(
    "/suppliers/{supplier_id:str}/credentials",
    summary="Remove the credentials of a supplier",
    description="Deletes the stored credentials; the price list is then fetched without any."
    " Status 404 if there are none.",
    opt=documented(Success(status=204), errors=(NotFoundError,)),
)
async def remove_supplier_credentials(
    supplier_id: SupplierId, database: NamedDependency[Database]
) -> Response[None]:
    """Remove the credentials of a supplier."""
    await credentials.remove_credentials(database, supplier_id)
    return Response(None, status_code=204)


HANDLERS = [set_supplier_credentials, remove_supplier_credentials]
