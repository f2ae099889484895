"""Errors as problem documents (RFC 9457): the one form in which the API says no."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline.desk_data import faults_data
from pipeline.errors import (
    AnswerRefused,
    CallNotFound,
    CallOpen,
    FormLocked,
    PipelineError,
    RecordNotFound,
    RequestRefused,
    StoreUnavailable,
)
from qa_rules.errors import PackInvalid, PackNotFound, RuleError

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """A problem document."""

    type: str
    title: str
    status: int
    detail: str
    code: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {
        "model": Problem,
        "description": "A problem document (RFC 9457)",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
"""How the API's description tells of them."""


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **more: object,
) -> Response:
    """Make a problem document; `code` is stable, `detail` is for people."""
    body = {
        "type": f"urn:cueline:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
        **more,
    }
    return JSONResponse(body, int(status), headers=dict(headers or {}), media_type=MEDIA_TYPE)


def install_problems(app: FastAPI) -> None:
    """Answer the errors of the API's routes with problem documents."""
    app.add_exception_handler(PipelineError, _pipeline)
    app.add_exception_handler(RuleError, _rules)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def _pipeline(_: Request, error: Exception) -> Response:
    code = getattr(error, "code", "pipeline_error")
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(error, CallNotFound | RecordNotFound):
        status = HTTPStatus.NOT_FOUND
    elif isinstance(error, StoreUnavailable):
        status = HTTPStatus.SERVICE_UNAVAILABLE
    elif isinstance(error, AnswerRefused | RequestRefused):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif isinstance(error, CallOpen | FormLocked):
        status = HTTPStatus.CONFLICT
    return problem(status, code, str(error))


def _rules(_: Request, error: Exception) -> Response:
    missing = isinstance(error, PackNotFound)
    status = HTTPStatus.NOT_FOUND if missing else HTTPStatus.UNPROCESSABLE_ENTITY
    code = getattr(error, "code", "rule_error")
    if isinstance(error, PackInvalid):
        return problem(status, code, str(error), faults=faults_data(error.faults))
    return problem(status, code, str(error))


def _invalid(_: Request, error: Exception) -> Response:
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    listed = [{"where": list(f.get("loc", ())), "what": f.get("msg", "")} for f in faults]
    detail = "; ".join(f"{'.'.join(map(str, f['where']))}: {f['what']}" for f in listed)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "request_invalid", detail, faults=listed)


def _http(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = str(error.detail) if isinstance(error, HTTPException) else ""
    headers = error.headers if isinstance(error, HTTPException) else None
    code = HTTPStatus(status).name.lower()
    return problem(status, code, detail, headers=headers)
