"""The JSON API under `/api/v1`, one module a context. A module offers `router: APIRouter`."""
