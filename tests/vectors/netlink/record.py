#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Records what Linux answers to dump requests, and tells unasked, for the tests of portolan.gateway.

    sudo ./record.py [SCENE|news...]

Each scene is set up by `ip` in a network namespace of its own, which goes with the process that made it. Its dumps are
written next to this script, one file each: `SCENE_KIND.hex`, octets in hexadecimal, an empty line between datagrams.
"""
import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
SOL_NETLINK, NETLINK_GET_STRICT_CHK = 270, 12
REQUEST, DUMP = 0x1, 0x300
SEQUENCE, PORT = 1, 4242

KINDS = {
    "routes4": (26, struct.pack("=8BI", socket.AF_INET, 0, 0, 0, 0, 0, 0, 1, 0)),
    "routes6": (26, struct.pack("=8BI", socket.AF_INET6, 0, 0, 0, 0, 0, 0, 1, 0)),
    "everything": (26, struct.pack("=8BI", socket.AF_UNSPEC, 0, 0, 0, 0, 0, 0, 0, 0)),
    "nexthops": (106, bytes(8)),
    "addresses4": (22, struct.pack("=4BI", socket.AF_INET, 0, 0, 0, 0)),
    "addresses6": (22, struct.pack("=4BI", socket.AF_INET6, 0, 0, 0, 0)),
    "links": (18, bytes(16)),
}

# Interfaces of every scene: 1 lo, 2 eth0, 3 far0 (the other end of eth0), 4 tun0 (in use), 5 tun1 (nobody at its end).
COMMON = """
ip link set lo up
ip link add eth0 index 2 address 02:00:00:00:00:02 type veth peer name far0 index 3 address 02:00:00:00:00:03
ip link set eth0 up
ip link set far0 up
ip addr add 192.168.1.2/24 dev eth0
"""

SCENES = {
    "home": (["routes4", "routes6", "addresses4", "addresses6", "links"], """
        ip -4 route add default via 192.168.1.1 dev eth0 proto dhcp src 192.168.1.2 metric 100
        ip -6 addr add 2001:db8:1::5/64 dev eth0 nodad
        ip -6 addr add 2001:db8:1::6/64 dev eth0 nodad preferred_lft 0 valid_lft 600
        ip -6 addr add fd00:1::5/64 dev eth0 nodad
        ip -6 route add default via fe80::1 dev eth0 proto ra metric 1024"""),
    "tables": (["routes4"], """
        ip addr add 100.64.0.7/32 dev tun0
        ip -4 route add default dev tun0 table 52
        ip -4 route add default via 192.168.1.9 dev eth0 table 5000
        ip -4 route add default via 192.168.1.8 dev eth0 table default
        ip -4 route add default via 192.168.1.7 dev eth0 metric 600
        ip -4 route add default via 192.168.1.1 dev eth0 metric 100"""),
    "multipath": (["routes4", "routes6"], """
        ip addr add 10.8.0.2/24 dev tun1
        ip -4 route add default metric 5 nexthop via 192.168.1.3 dev eth0 weight 2 nexthop via 10.8.0.1 dev tun1 \
            nexthop via inet6 fe80::4 dev eth0 nexthop dev tun0
        ip -6 route add default nexthop via fe80::3 dev eth0 nexthop via fe80::4 dev eth0"""),
    "via": (["routes4"], """
        ip -4 route add default via inet6 fe80::1 dev eth0"""),
    "point_to_point": (["routes4", "routes6"], """
        ip addr add 10.2.0.2/32 dev tun0
        ip -4 route add default dev tun0
        ip -4 route add default via 192.168.1.1 dev eth0 metric 100
        ip -6 route add default dev tun0"""),
    "split": (["routes4", "routes6"], """
        ip addr add 10.8.0.2/24 dev tun0
        ip -4 route add default via 192.168.1.1 dev eth0
        ip -4 route add 0.0.0.0/1 via 10.8.0.1
        ip -4 route add 128.0.0.0/1 via 10.8.0.1
        ip -4 route add 0.0.0.0/1 via 192.168.1.66 metric 7
        ip -6 route add ::/1 dev tun0
        ip -6 route add 8000::/1 dev tun0
        ip -6 route add 2000::/3 via fe80::7 dev eth0
        ip -6 route add 2000::/4 via fe80::8 dev eth0
        ip -6 route add 3000::/4 via fe80::8 dev eth0
        ip -6 route add 4000::/3 via fe80::9 dev eth0"""),
    "refused": (["routes4", "routes6", "everything"], """
        ip addr add 10.9.0.2/24 dev tun1
        ip -4 route add blackhole default metric 1
        ip -4 route add unreachable default metric 2
        ip -4 route add prohibit default metric 3
        ip -4 route add throw default metric 4
        ip -4 route add default via 10.9.0.1 dev tun1 metric 5
        ip -4 route add default via 192.168.1.4 tos 0x10 metric 6
        ip -4 route add local default dev lo table 100
        ip -4 route add default via 192.168.1.1 metric 7
        ip -6 route add unreachable default metric 1
        ip -6 route add blackhole default metric 2
        ip -6 route add prohibit default metric 3
        ip -6 route add local default dev lo table 100
        ip -6 route add default via fe80::1 dev eth0 metric 7"""),
    "preference": (["routes6"], """
        ip -6 addr add 2001:db8:1::5/64 dev eth0 nodad
        ip -6 route add default via fe80::10 dev eth0 metric 1024 pref high
        ip -6 route add default via fe80::11 dev eth0 metric 900 pref low
        ip -6 route add default via fe80::12 dev eth0 metric 512
        ip -6 route add default from 2001:db8:1::/48 via fe80::13 dev eth0 metric 512"""),
    "nexthop_objects": (["routes4", "routes6", "nexthops"], """
        ip nexthop add id 7 via 192.168.1.7 dev eth0
        ip nexthop add id 8 dev tun0
        ip nexthop add id 9 group 7/8,3
        ip nexthop add id 10 blackhole
        ip -6 nexthop add id 16 via fe80::7 dev eth0
        ip -4 route add default nhid 7 metric 1
        ip -4 route add default nhid 9 metric 2
        ip -4 route add default nhid 10 metric 3
        ip -6 route add default nhid 16"""),
    "nothing": (["routes4", "routes6"], ""),
}

# What the kernel tells unasked of these, one after the other on one host: `news_NAME.hex`. Groups: links, addresses and
# routes of both families, next hops.
GROUPS = 0x1 | 0x10 | 0x100 | 0x40 | 0x400 | 1 << 31
NEWS = [
    ("other_route_added", "ip -4 route add 10.0.0.0/8 via 192.168.1.9"),
    ("route_added", "ip -4 route add default via 192.168.1.1"),
    ("route_deleted", "ip -4 route delete default"),
    ("route6_added", "ip -6 route add default via fe80::1 dev eth0"),
    ("address_added", "ip addr add 192.168.1.3/24 dev eth0"),
    ("address_deleted", "ip addr delete 192.168.1.3/24 dev eth0"),
    ("address6_deprecated", "ip -6 addr change 2001:db8:1::5/64 dev eth0 preferred_lft 0 valid_lft 600"),
    ("link_down", "ip link set eth0 down"),
    ("link_up", "ip link set eth0 up"),
]


def attach(name):
    """Opens a tun device, which has a carrier for as long as it is open."""
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH22x", name.encode(), 0x1001))  # TUNSETIFF, IFF_TUN | IFF_NO_PI
    return tun


def record(kind):
    message, body = KINDS[kind]
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as channel:
        channel.settimeout(2)
        channel.bind((PORT, 0))
        if kind != "everything":
            channel.setsockopt(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)
        channel.send(struct.pack("=IHHII", 16 + len(body), message, REQUEST | DUMP, SEQUENCE, 0) + body)
        datagrams = []
        while not datagrams or struct.unpack_from("=H", datagrams[-1], last(datagrams[-1]) + 4)[0] not in (2, 3):
            datagrams.append(channel.recv(1 << 20))
    return datagrams


def last(datagram):
    at = offset = 0
    while offset < len(datagram):
        at = offset
        offset += (struct.unpack_from("=I", datagram, at)[0] + 3) & ~3
    return at


def play(scene):
    kinds, commands = SCENES[scene]
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for line in COMMON.strip().splitlines():
        subprocess.run(line, shell=True, check=True)
    subprocess.run("ip tuntap add dev tun0 mode tun; ip tuntap add dev tun1 mode tun", shell=True, check=True)
    attached = attach("tun0")
    for name in ("tun0", "tun1"):
        subprocess.run(f"ip link set {name} addrgenmode none; ip link set {name} up", shell=True, check=True)
    for line in commands.strip().splitlines():
        subprocess.run(line, shell=True, check=True)
    if scene == "nexthop_objects":
        with open("/proc/sys/net/ipv4/nexthop_compat_mode", "w") as knob:
            knob.write("0")
    for kind in kinds:
        write(f"{scene}_{kind}", record(kind))
    os.close(attached)


def listen():
    """Records the news of what is done here."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for line in COMMON.strip().splitlines():
        subprocess.run(line, shell=True, check=True)
    subprocess.run("ip -6 addr add 2001:db8:1::5/64 dev eth0 nodad", shell=True, check=True)
    time.sleep(3)  # until the link-local addresses are settled
    for name, command in NEWS:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as channel:
            channel.bind((PORT, GROUPS))
            channel.settimeout(0.5)
            subprocess.run(command, shell=True, check=True)
            datagrams = []
            try:
                while True:
                    datagrams.append(channel.recv(1 << 20))
            except TimeoutError:
                pass
        write(f"news_{name}", datagrams)


def write(name, datagrams):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.hex")
    with open(path, "w") as out:
        out.write("\n".join(text(d) for d in datagrams))


def text(datagram):
    return "".join(datagram[i:i + 32].hex(" ") + "\n" for i in range(0, len(datagram), 32))


if __name__ == "__main__":
    for name in sys.argv[1:] or [*SCENES, "news"]:
        child = os.fork()
        if child == 0:
            listen() if name == "news" else play(name)
            os._exit(0)
        if os.waitpid(child, 0)[1] != 0:
            sys.exit(f"{name}: not recorded")
