"""The disclosure of weaknesses: whom to tell, and until when that holds (RFC 9116)."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from api.settings import PREFIX, Settings
from graph.errors import SamenhangError
from graph.library import LANGUAGES

#: How far ahead the end may lie (RFC 9116, section 2.5.5), and when to renew it.
_LONGEST: Final = timedelta(days=365)
_SOON: Final = timedelta(days=30)
_log: Final = logging.getLogger(__name__)
_SCHEMES: Final = ("mailto", "https", "tel")
_CONTACT: Final = f"{PREFIX}SECURITY_CONTACT"
_EXPIRES: Final = f"{PREFIX}SECURITY_EXPIRES"


@dataclass(frozen=True)
class Disclosure:
    """The addresses to tell it to, the best first, and the moment from which they may be stale."""

    contacts: tuple[str, ...]
    expires: datetime

    @property
    def text(self) -> str:
        """The file security.txt (RFC 9116, section 2.5)."""
        lines = [f"Contact: {contact}" for contact in self.contacts]
        lines += [f"Expires: {self.expires:%Y-%m-%dT%H:%M:%SZ}"]
        lines += [f"Preferred-Languages: {', '.join(LANGUAGES)}"]
        return "".join(f"{line}\n" for line in lines)

    def warning(self, now: datetime) -> str:
        """What to say of it at a moment: that it has expired, or will soon; empty otherwise."""
        if self.expires - now > _SOON:
            return ""
        verb = "expires" if self.expires > now else "has expired"
        day = self.expires.date().isoformat()
        return f"security.txt {verb} on {day}. See whether its contact holds, and renew {_EXPIRES}."


def read_disclosure(settings: Settings) -> Disclosure | None:
    """Return the disclosure that the settings give, None without a contact.

    SamenhangError when a contact is no address or the end no day (UTC).
    """
    contacts = tuple(settings.security_contact.split())
    if not contacts:
        return None
    for contact in contacts:
        if urlsplit(contact).scheme not in _SCHEMES:
            known = ", ".join(f"{scheme}:" for scheme in _SCHEMES)
            raise SamenhangError(f"{_CONTACT} begins with one of {known}, unlike {contact!r}.")
    try:
        day = datetime.strptime(settings.security_expires, "%Y-%m-%d")
    except ValueError as error:
        said = f"{_EXPIRES} is the day until which the contact holds, such as 2027-06-30"
        raise SamenhangError(f"{said}, not {settings.security_expires!r}.") from error
    return Disclosure(contacts, day.replace(tzinfo=UTC))


def check_disclosure(settings: Settings, now: datetime) -> None:
    """Log a warning when the contact has expired or will soon.

    SamenhangError when the settings cannot be read, or promise more than a year.
    """
    disclosure = read_disclosure(settings)
    if not disclosure:
        return
    if disclosure.expires - now > _LONGEST:
        raise SamenhangError(f"{_EXPIRES} is at most a year ahead, so that somebody looks again.")
    if warning := disclosure.warning(now):
        _log.warning(warning)
