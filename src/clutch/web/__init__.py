"""HTTP.

Pages, the JSON API, templates, static files. Nothing outside this package knows of requests.
"""

import sys

# FastAPI asks of each annotation whether it is a model of pydantic 1, and to find out that none is
# it would import all of pydantic 1: a good part of a tenth of a second at every start.
sys.modules.setdefault("pydantic.v1", None)  # type: ignore[arg-type]
