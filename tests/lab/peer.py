#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The two ends of the lab's TCP connections.

peer.py serve ADDRESS PORT        echo what connections send, until killed
peer.py say ADDRESS PORT TEXT     connect, send TEXT, expect it back; print who was seen
peer.py refused ADDRESS PORT      expect that a connection is not made
"""

import socket
import sys
import threading

PATIENCE = 5.0  # seconds


def echo(connection):
    with connection:
        while data := connection.recv(4096):
            connection.sendall(data)


def serve(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, port), family=family) as server:
        while True:
            connection, _ = server.accept()
            threading.Thread(target=echo, args=(connection,), daemon=True).start()


def say(address, port, text):
    with socket.create_connection((address, port), PATIENCE) as connection:
        connection.sendall(text.encode())
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while data := connection.recv(4096):
            answer += data
    if answer.decode() != text:
        sys.exit(f"sent {text!r}, got back {answer!r}")
    print(f"{address}:{port} sent back {text!r}")


def refused(address, port):
    try:
        socket.create_connection((address, port), PATIENCE).close()
    except OSError as error:
        print(f"{address}:{port} is shut: {error}")
        return
    sys.exit(f"{address}:{port} is open")


def main(arguments):
    match arguments:
        case ["serve", address, port]:
            serve(address, int(port))
        case ["say", address, port, text]:
            say(address, int(port), text)
        case ["refused", address, port]:
            refused(address, int(port))
        case _:
            sys.exit(__doc__)


main(sys.argv[1:])
