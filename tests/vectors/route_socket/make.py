#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes what sysctl's NET_RT_DUMP would give on macOS and the BSDs (64 bits, little-endian) for the tables of a home.

    ./make.py

The structures are declared here as each system's <net/route.h> has them, and laid out by ctypes, independently of the
offsets that portolan.gateway goes by. No such system was at hand to record from.
"""
import ctypes
import os
import socket
import struct

C = {"H": ctypes.c_uint16, "B": ctypes.c_uint8, "i": ctypes.c_int32, "I": ctypes.c_uint32, "Q": ctypes.c_uint64}
PREFACE = [("msglen", "H"), ("version", "B"), ("type", "B")]

# Name: version, AF_INET6, alignment of addresses, fields behind the preface, then the metrics.
SYSTEMS = {
    "Darwin": (5, 30, 4, [("index", "H"), ("flags", "i"), ("addrs", "i"), ("pid", "i"), ("seq", "i"), ("errno", "i"),
                          ("use", "i"), ("inits", "I")], "I" * 14),
    "FreeBSD": (5, 28, 8, [("index", "H"), ("spare", "H"), ("flags", "i"), ("addrs", "i"), ("pid", "i"), ("seq", "i"),
                           ("errno", "i"), ("fmask", "i"), ("inits", "Q")], "Q" * 14),
    "OpenBSD": (5, 24, 8, [("hdrlen", "H"), ("index", "H"), ("tableid", "H"), ("priority", "B"), ("mpls", "B"),
                           ("addrs", "i"), ("flags", "i"), ("fmask", "i"), ("pid", "i"), ("seq", "i"), ("errno", "i"),
                           ("inits", "I")], "QQ" + "I" * 10),
    "NetBSD": (4, 24, 8, [("index", "H"), ("flags", "i"), ("addrs", "i"), ("pid", "i"), ("seq", "i"), ("errno", "i"),
                          ("use", "i"), ("inits", "i")], "Q" * 10),
}
UP, GATEWAY, HOST, REJECT = 1, 2, 4, 8
DST, VIA, MASK, IFP, IFA = 0, 1, 2, 4, 5


def header(system):
    _, _, _, fields, metrics = SYSTEMS[system]
    inner = type("Metrics", (ctypes.Structure,), {"_fields_": [(f"m{i}", C[c]) for i, c in enumerate(metrics)]})
    return type("Header", (ctypes.Structure,), {"_fields_": [(n, C[c]) for n, c in PREFACE + fields] + [("rmx", inner)]})


def v4(text):
    return struct.pack("BBH4s8x", 16, 2, 0, socket.inet_aton(text))


def v6(system, text):
    return struct.pack("BBHI16sI", 28, SYSTEMS[system][1], 0, 0, socket.inet_pton(socket.AF_INET6, text), 0)


def link(index):
    return struct.pack("BBH16x", 20, 18, index)


def mask(before, ones):
    """Zeros at the end are left out, as kernels do; of the family nothing but garbage is left."""
    if ones == 0:
        return b""
    return struct.pack("BB", before + ones // 8, 0xFF) + bytes(before - 2) + b"\xff" * (ones // 8)


def message(system, flags, places):
    version, _, alignment, _, _ = SYSTEMS[system]
    kind = header(system)
    body = b""
    for _, octets in sorted(places.items()):
        body += octets + bytes(-len(octets) % alignment if octets else alignment)
    values = {"msglen": ctypes.sizeof(kind) + len(body), "version": version, "type": 4, "index": 2, "flags": flags,
              "addrs": sum(1 << bit for bit in places)}
    if system == "OpenBSD":
        values["hdrlen"] = ctypes.sizeof(kind)
    return bytes(kind(**values)) + body


def home(system):
    return b"".join(message(system, flags, places) for flags, places in [
        (UP | GATEWAY, {DST: v4("0.0.0.0"), VIA: v4("192.168.1.1"), MASK: mask(4, 0)}),
        (UP, {DST: v4("192.168.1.0"), VIA: link(2), MASK: mask(4, 24)}),
        (UP | HOST, {DST: v4("192.168.1.1"), VIA: link(2)}),
        (UP | GATEWAY | REJECT, {DST: v4("0.0.0.0"), VIA: v4("127.0.0.1"), MASK: mask(4, 0)}),
        (UP | GATEWAY, {DST: v6(system, "::"), VIA: v6(system, "fe80:2::1"), MASK: mask(8, 0), IFP: link(2),
                        IFA: v6(system, "2001:db8::5")}),
        (UP, {DST: v6(system, "2001:db8::"), VIA: link(2), MASK: mask(8, 64)}),
    ])


if __name__ == "__main__":
    folder = os.path.dirname(os.path.abspath(__file__))
    for name in SYSTEMS:
        octets = home(name)
        with open(os.path.join(folder, f"{name}.hex"), "w") as out:
            out.write(f"# The routes of a home as {name} lays them out (make.py).\n")
            for at in range(0, len(octets), 16):
                out.write(octets[at:at + 16].hex(" ") + "\n")
