"""The application: the one place where the parts meet."""

from typing import Final

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from api import problems
from api.bodies import Bodies
from api.budget import Budget
from api.endpoint import Endpoint
from api.headers import Headers
from api.intake import Turns
from api.library import FOLDER, Library
from api.routes import (
    catalog,
    dumps,
    graphs,
    health,
    pages,
    resources,
    sparql,
    vocabulary,
    wellknown,
)
from api.settings import Settings
from api.unchanged import Unchanged
from api.v1 import create_interface
from graph.readers import Readers
from graph.search import require_engine
from graph.store import Store, open_store
from graph.writer import Writer

#: The modules with routes, in the order in which they are tried.
MODULES: Final = (
    health,
    sparql,
    graphs,
    wellknown,
    catalog,
    dumps,
    vocabulary,
    resources,
    pages,
)


def create_app(
    settings: Settings,
    store: Store | None = None,
    readers: Readers | None = None,
    writer: Writer | None = None,
) -> ASGIApp:
    """Return the service on a store, or on the one that the settings name.

    Without readers, queries of the public run in this process, without limits; without a writer
    nothing is written.
    """
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    require_engine()
    store = open_store(settings.store) if store is None else store
    app.state.library = Library(store, settings, readers, writer)
    app.state.publisher = catalog.publisher_of(settings)
    app.state.turns = Turns(settings.queue_seconds)
    problems.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    for module in MODULES:
        app.include_router(module.router)
    interface = create_interface(settings)
    interface.state = app.state
    app.mount("/v1", interface)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"))
    asked = Budget(Unchanged(Endpoint(app), app), app, settings)
    return Headers(Bodies(asked, settings.body_seconds))
