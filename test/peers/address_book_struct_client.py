#!/usr/bin/env python3
"""What a C program does that sends `struct { char type; int length; }` as it lies in memory, and then the text.

    address_book_struct_client.py PORT EMAIL
"""
import ctypes
import socket
import sys


class Header(ctypes.Structure):
    _fields_ = [("type", ctypes.c_char), ("length", ctypes.c_int)]


port, email = int(sys.argv[1]), sys.argv[2].encode()

client = socket.create_connection(("127.0.0.1", port), timeout=5)
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
client.send(bytes(Header(b"Q", len(email))))
client.send(email)
header = Header.from_buffer_copy(client.recv(ctypes.sizeof(Header)))
name = client.recv(header.length)
client.close()
if header.type != b"R" or len(name) != header.length:
    sys.exit("no answer")
print(name.decode())
