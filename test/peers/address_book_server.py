#!/usr/bin/env python3
"""An address book as it is handed in: a dict, one client after another, one recv() for the whole query.

    address_book_server.py PORT [FORMAT]      FORMAT is struct's, e.g. !cb (the default), !ch, @ci
"""
import socket
import struct
import sys

header = sys.argv[2] if len(sys.argv) > 2 else "!cb"
names = {
    "luke@gmail.com": "Luke Skywalker",
    "leia@gmail.com": "Leia Organa",
}

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(5)
print("listening on", listener.getsockname()[1], flush=True)

while True:
    client, _ = listener.accept()
    query = client.recv(1024)
    kind, length = struct.unpack(header, query[: struct.calcsize(header)])
    email = query[struct.calcsize(header) :].decode()
    if kind != b"Q" or length != len(email):
        name = "Error: Unknown message protocol"
    else:
        name = names.get(email, "Error 404")
    client.send(struct.pack(header, b"R", len(name)) + name.encode())
    client.close()
