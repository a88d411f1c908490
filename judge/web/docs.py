"""The OpenAPI document."""

from flask import Blueprint, Response, current_app, json, request

from judge.web import openapi
from judge.web.describing import describe

blueprint = Blueprint("docs", __name__)


@blueprint.get("/openapi.json")
@describe("This document", tag="About", answers={200: ("application/json",)}, has_etag=True)
def openapi_json() -> Response:
    """What this server takes and answers, for programs."""
    response = Response(json.dumps(openapi.document(current_app)), content_type="application/json")
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns itself
