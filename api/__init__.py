"""How it is served: SPARQL, pages and JSON over HTTP, and the command line."""
