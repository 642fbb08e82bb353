"""Who a client is: an address, the network that it stands for, and those that a setting names."""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from api.settings import PREFIX, Settings
from graph.errors import SamenhangError

#: How many addresses are remembered.
_CLIENTS: Final = 10_000
#: The size of the network that one client has under IPv6: it is free to use all of its addresses.
_NETWORK: Final = 64
#: What is left of an IPv4 address where it is written down, in bits.
_WRITTEN: Final = 24

Network = IPv4Network | IPv6Network


@lru_cache(_CLIENTS)
def client_at(address: str) -> str:
    """Return who asks from an address: the address itself, under IPv6 its network of 64 bits.

    The User-Agent says nothing about it: a client is free to send another each time.
    """
    try:
        parsed = ip_address(address)
    except ValueError:  # a proxy that is trusted may say anything
        return ""
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> _NETWORK << _NETWORK))


@lru_cache(_CLIENTS)
def network_at(address: str) -> str:
    """Return the network that an address is written down as: of 24 bits, under IPv6 of 64.

    So what is written down tells nobody's address. Empty when it is no address.
    """
    client = client_at(address)
    if not client:
        return ""
    size = _NETWORK if ":" in client else _WRITTEN
    return str(ip_network(f"{client}/{size}", strict=False))


def read_networks(settings: Settings, name: str) -> list[Network]:
    """Return the addresses and networks that a setting names, with commas between them.

    SamenhangError when one is none. That all are meant (*) cannot be said: to trust every proxy
    would let a stranger choose the address that a budget is kept for.
    """
    parts = [part.strip() for part in getattr(settings, name).split(",")]
    try:
        return [ip_network(part) for part in parts if part]
    except ValueError as error:
        said = f"{PREFIX}{name.upper()} names no address or network"
        raise SamenhangError(f"{said}: {error}.") from error


def is_among(address: str, networks: list[Network]) -> bool:
    """Tell whether an address lies in one of the networks."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return any((mapped or parsed) in network for network in networks)
