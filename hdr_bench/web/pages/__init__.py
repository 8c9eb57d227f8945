"""HTML pages."""

from starlette.routing import BaseRoute

from hdr_bench.web.pages import audit, collection, compare, images, learn, shells

routes: list[BaseRoute] = [
    *shells.routes,
    *collection.routes,
    *images.routes,
    *learn.routes,
    *compare.routes,
    *audit.routes,
]
