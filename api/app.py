"""The application: the one place where the parts meet."""

from importlib.metadata import version
from typing import Final

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from api import problems
from api.access import Access, Log
from api.bodies import Bodies
from api.budget import Budget
from api.endpoint import Endpoint
from api.headers import Headers
from api.intake import Turns
from api.library import Library
from api.metrics import Metrics
from api.places import Places
from api.routes import (
    catalog,
    disclosure,
    dumps,
    graphs,
    health,
    metrics,
    pages,
    resources,
    sparql,
    vocabulary,
    wellknown,
)
from api.settings import Settings
from api.templating import FOLDER
from api.unchanged import Unchanged
from api.v1 import create_interface
from graph.readers import Readers
from graph.search import require_engine
from graph.store import Store, open_store
from graph.writer import Writer

#: The modules with routes, in the order in which they are tried.
MODULES: Final = (
    health,
    metrics,
    sparql,
    graphs,
    wellknown,
    catalog,
    dumps,
    vocabulary,
    disclosure,
    resources,
    pages,
)


def create_app(
    settings: Settings,
    store: Store | None = None,
    readers: Readers | None = None,
    writer: Writer | None = None,
    log: Log | None = None,
) -> Access:
    """Return the service on a store, or on the one that the settings name.

    Without readers, queries of the public run in this process, without limits; without a writer
    nothing is written, and without a log no request is written down.
    """
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    require_engine()
    store = open_store(settings.store) if store is None else store
    app.state.library = Library(store, settings, readers, writer)
    app.state.publisher = catalog.publisher_of(settings)
    app.state.turns = Turns(settings.queue_seconds)
    app.state.metrics = Metrics(version("samenhang"))
    problems.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    for module in MODULES:
        app.include_router(module.router)
    interface = create_interface(settings)
    interface.state = app.state
    app.mount("/v1", interface)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"))
    asked = Unchanged(Budget(Endpoint(app), app, settings), app)
    places = Places(app.routes)
    safe = Headers(Bodies(asked, settings.body_seconds), places)
    return Access(safe, places, app.state.metrics, log)
