"""
Python's own start-up hook: with this directory on PYTHONPATH, no process reaches a network.

The hook is inherited by every Python process a program starts, and an audit hook cannot be taken
off again. It keeps proofs honest; it is no wall against code that means harm (ctypes, curl).
"""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

ADDRESS = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getnameinfo": 0}
"""Events whose argument at this place is a socket address: a tuple, or a path of this machine."""
NAME = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.gethostbyaddr": 0}
"""Events whose argument at this place is a host name."""


def refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise ConnectionError before anything leaves this machine."""
    host = None
    if event in ADDRESS:
        address = arguments[ADDRESS[event]]
        host = address[0] if isinstance(address, tuple) else None
    elif event in NAME:
        host = arguments[NAME[event]]
    if host is not None and not is_here(host):
        raise ConnectionError(f"deck programs run without a network; this one asked for {host!r}")


def is_here(host: str | bytes) -> bool:
    """Whether *host* is this machine by its loopback address."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


sys.addaudithook(refuse_network)
