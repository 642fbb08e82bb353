"""Links in the head of an answer: what it describes, and the forms in which it comes (RFC 8288)."""

from urllib.parse import quote

from api.negotiate import HTML, SYNTAXES


def headers_of(path: str, thing: str, canonical: str = "") -> dict[str, str]:
    """Return the headers of the document at a path: about which thing, and in which forms.

    `canonical` is the address of the document that does not depend on the host.
    """
    address = quote(path)
    forms = [("html", HTML), *((f.name, f.media_type) for f in SYNTAXES)]
    links = [f'<{quote(thing, safe="/:#")}>; rel="describes"']
    links += [f'<{quote(canonical, safe="/:")}>; rel="canonical"'] if canonical else []
    links += [
        f'<{address}?format={name}>; rel="alternate"; type="{media_type}"'
        for name, media_type in forms
    ]
    return {"Link": ", ".join(links), "Vary": "Accept, Accept-Language"}
