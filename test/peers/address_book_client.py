#!/usr/bin/env python3
"""An address book's client as it is handed in: packs its query, sends it, and takes one recv() for the answer.

    address_book_client.py PORT EMAIL [FORMAT]      FORMAT is struct's, e.g. !cb (the default), !ch, <ci
"""
import socket
import struct
import sys

port, email = int(sys.argv[1]), sys.argv[2].encode()
header = sys.argv[3] if len(sys.argv) > 3 else "!cb"

client = socket.create_connection(("127.0.0.1", port), timeout=5)
client.send(struct.pack(header, b"Q", len(email)) + email)
answer = client.recv(1024)
client.close()

kind, length = struct.unpack(header, answer[: struct.calcsize(header)])
name = answer[struct.calcsize(header) :]
if kind != b"R" or length != len(name):
    sys.exit(f"no answer: {answer}")
print(name.decode())
