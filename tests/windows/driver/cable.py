"""Makes the one interface of a network of its own, and holds the namespace that it was started in until it is stopped.

A program by itself, which `network` starts: it speaks rtnetlink(7) to the kernel, so that no further one has to be there.
"""

import os
import signal
import socket
import struct

ADDRESS = "10.77.0.2"
READY = "ready"
_CABLE, _OTHER_END = "majlis0", "majlis1"

# rtnetlink(7): requests, flags and attributes, by their numbers.
_NEWLINK, _NEWADDR = 16, 20
_REQUEST, _ACK, _CREATE = 1, 4, 0x600
_IFNAME, _LINKINFO, _INFO_KIND, _INFO_DATA, _VETH_PEER = 3, 18, 1, 2, 1
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_UP = 1


def _make():
    """Turns on what is there, and adds a cable whose one end has an address."""
    peer = _link() + _attribute(_IFNAME, _OTHER_END.encode() + b"\0")
    data = _attribute(_VETH_PEER, peer)
    info = _attribute(_INFO_KIND, b"veth") + _attribute(_INFO_DATA, data)
    name = _attribute(_IFNAME, _CABLE.encode() + b"\0")
    _ask(_NEWLINK, _CREATE, _link() + name + _attribute(_LINKINFO, info))
    address = socket.inet_aton(ADDRESS)
    head = struct.pack("=BBBBI", socket.AF_INET, 24, 0, 0, socket.if_nametoindex(_CABLE))
    _ask(_NEWADDR, _CREATE, head + _attribute(_IFA_LOCAL, address) + _attribute(_IFA_ADDRESS, address))
    for interface in ("lo", _CABLE, _OTHER_END):
        _ask(_NEWLINK, 0, _link(socket.if_nametoindex(interface), _UP))


def _link(index=0, flags=0):
    return struct.pack("=BBHiII", 0, 0, 0, index, flags, flags)


def _attribute(kind, value):
    length = 4 + len(value)
    return struct.pack("=HH", length, kind) + value + bytes(-length % 4)


def _ask(kind, flags, body):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
        kernel.send(struct.pack("=IHHII", 16 + len(body), kind, _REQUEST | _ACK | flags, 1, 0) + body)
        error = -struct.unpack_from("=i", kernel.recv(4096), 16)[0]
        if error:
            raise OSError(error, os.strerror(error))


if __name__ == "__main__":
    _make()
    print(READY, flush=True)
    signal.pause()
