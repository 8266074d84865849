"""A file client that keeps every rule: asks the registry at HOST:PORT who serves this kind of file, and fetches one.

    file-server-client.py HOST PORT SERVICE FILENAME
"""
import os
import socket
import struct
import sys

import _client
from _client import HOST, PATIENCE, PORT, QUIET, Server, fail, show, text_of

SERVICE, FILENAME = sys.argv[3:5]
LOST = 2


def discover():
    """Address and token of the first server of this kind."""
    family, kind, _, _, address = socket.getaddrinfo(HOST, PORT, type=socket.SOCK_DGRAM)[0]
    udp = socket.socket(family, kind)
    udp.settimeout(LOST)
    udp.sendto(b"DISCOVERY", address)
    found = []
    while True:
        try:
            answer = text_of(udp.recvfrom(65536)[0]).strip()
        except OSError:
            fail("the registry's list has no end")
        if answer == "end":
            break
        ip, *fields = answer.split(",")
        found += [(ip, int(fields[at]), *fields[at + 1:at + 3]) for at in range(0, len(fields) - 2, 3)]
    for ip, port, service, token in found:
        if service == SERVICE:
            return ip, port, token
    return fail(f"nobody serves {SERVICE} files")


def word(server, words):
    """One of these words, and what lies behind it."""
    data = b""
    while not any(data.startswith(one) for one in words):
        more = server.read(QUIET if data else PATIENCE)
        if not more:
            fail(f"the server says {text_of(data)!r}" if data else "the server does not answer")
        data += more
    found = next(one for one in words if data.startswith(one))
    return found, data[len(found):]


_client.HOST, _client.PORT, token = discover()
server = Server()
server.say(token)
answer, _ = word(server, [b"valid", b"Invalid"])
if answer == b"Invalid":
    fail("the token is refused: Invalid")
server.say(FILENAME)
answer, rest = word(server, [b"found", b"not found"])
if answer == b"not found":
    fail(f"the server has no {FILENAME}: not found")
while len(rest) < 4:
    more = server.read(PATIENCE)
    if not more:
        fail("the size did not come")
    rest += more
size = struct.unpack("<i", rest[:4])[0]
if size < 0:
    fail(f"the size is {size}")
server.say("Got\0")
name = os.path.basename(FILENAME)
received = 0
with open(name + ".part", "wb") as file:
    data = rest[4:]
    while received + len(data) < size:
        received += file.write(data)
        data = server.read(PATIENCE)
        if not data:
            break
    received += file.write(data)
extra = server.read(QUIET) if received == size else b""
if received != size or extra:
    os.remove(name + ".part")
    fail(f"{received + len(extra)} bytes came and {size} were told")
os.rename(name + ".part", name)
show(f"{name}: {size} bytes")
