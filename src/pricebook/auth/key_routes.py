from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from pricebook.auth import key_service
from pricebook.auth.guard import refuse_api_keys
from pricebook.auth.key_schemas import ApiKey, ApiKeyPage, CreatedApiKey, NewApiKey
from pricebook.auth.schemas import Caller
from pricebook.auth.service import AuthService
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.json_body import provide_body
from pricebook.http.openapi import RequestBody, Success, documented, page_example
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.http.query_string import provide_query

CREATE_REQUEST: dict[str, Any] = {
    "name": "ERP export",
    "role": "sales",
    "read_only": True,
    "expires_at": "2027-03-01T00:00:00Z",
}
KEY: dict[str, Any] = {
    "id": "5b8e1d6c-3f0a-4b57-9c21-7a4d0e9f6b12",
    **CREATE_REQUEST,
    "state": "active",
    "created_at": "2026-03-01T09:12:44.180722Z",
    "created_by": "anna",
    "last_used_at": "2026-03-02T06:15:00.002913Z",
    "revoked_at": None,
    "revoked_by": None,
}
CREATED: dict[str, Any] = KEY | {
    "last_used_at": None,
    "key": "pbk_5b8e1d6c3f0a4b579c217a4d0e9f6b12_" + "0" * 49,
}

REVOKED: dict[str, Any] = KEY | {
    "state": "revoked",
    "revoked_at": "2026-03-02T09:00:00Z",
    "revoked_by": "anna",
}

KeyId = Annotated[UUID, PathParameter(description="The key's id.")]


@get(
    "/api-keys",
    summary="List API keys",
    description="Returns all API keys, newest first, expired and revoked ones too.",
    dependencies={"paging": provide_query(CursorPaging)},
    opt=documented(Success(kind=ApiKeyPage, example=page_example(KEY)), query=CursorPaging),
)
async def list_api_keys(
    paging: NamedDependency[CursorPaging], database: NamedDependency[Database]
) -> CursorPage[ApiKey]:
    """Return a page of the keys."""
    return await key_service.list_keys(database, paging)


@get(
    "/api-keys/{key_id:str}",
    summary="Get an API key",
    description="Returns one API key, without its secret.",
    opt=documented(Success(kind=ApiKey, example=KEY), errors=(NotFoundError,)),
)
async def get_api_key(key_id: KeyId, database: NamedDependency[Database]) -> ApiKey:
    """Return one key."""
    return await key_service.get_key(database, key_id)


@post(
    "/api-keys",
    guards=[refuse_api_keys],
    summary="Create an API key",
    description="Creates an API key for a program, which sends it as `Authorization: Bearer <key>`."
    " The key is in this response only: its hash is stored. A read-only key may send GET and HEAD"
    " requests, others with it get 403. An API key cannot create others.",
    dependencies={"new_key": provide_body(NewApiKey)},
    opt=documented(
        Success(kind=CreatedApiKey, example=CREATED, status=201, headers=("Location",)),
        body=RequestBody(NewApiKey, CREATE_REQUEST),
        errors=(ConflictError,),
    ),
)
async def create_api_key(
    new_key: NamedDependency[NewApiKey],
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
) -> Response[CreatedApiKey]:
    """Create a key and return it with its text."""
    created = await key_service.create_key(database, new_key, caller.username)
    return Response(created, headers={"Location": f"/api/v1/admin/api-keys/{created.id}"})


@delete(
    "/api-keys/{key_id:str}",
    status_code=200,
    summary="Revoke an API key",
    description="Revokes an API key: within 20 seconds requests with it get 401. It stays in the"
    " list; revoking it again changes nothing.",
    opt=documented(Success(kind=ApiKey, example=REVOKED), errors=(NotFoundError,)),
)
async def revoke_api_key(
    key_id: KeyId,
    caller: NamedDependency[Caller],
    auth: NamedDependency[AuthService],
    database: NamedDependency[Database],
) -> ApiKey:
    """Revoke a key and return it."""
    revoked = await key_service.revoke_key(database, key_id, caller.username)
    auth.keys.forget(key_id)
    return revoked


router = Router(
    "/",
    route_handlers=[list_api_keys, get_api_key, create_api_key, revoke_api_key],
    tags=["API keys"],
)
