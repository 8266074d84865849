"""A file server that keeps every rule; it registers itself where BOOTSTRAP (host:port) is given.

    file-server-server.py PORT SERVICE TOKEN ROOT [BOOTSTRAP]
"""
import hmac
import os
import select
import socket
import struct
import sys
import threading
import time

from _files import find
from _server import PORT, serve

SERVICE, TOKEN, ROOT = sys.argv[2:5]
ACK = 2.0
LOOK = 20


def talk(peer):
    token = peer.message(unglue=token_and_filename)
    if token is None:
        return
    if not same(token, TOKEN):
        peer.say("Invalid")
        return
    peer.say("valid")
    while (name := peer.message()) is not None:
        path = find(ROOT, name, "." + SERVICE)
        size = os.path.getsize(path) if path else -1
        if 0 <= size < 1 << 31:
            transfer(peer, path, size)
        else:
            peer.say("not found")


def transfer(peer, path, size):
    peer.say("found")
    peer.send(struct.pack("<i", size), apart=True)
    peer.settled()
    came = peer.bytes or peer.ended or peer.read(ACK)
    if came and not peer.ended:
        peer.chunk()
    with open(path, "rb") as file:
        while size > 0 and not peer.lost:
            data = file.read(min(size, 65536))
            size -= len(data)
            peer.send(data)
            peer.settled()
    if not came and not peer.ended:
        peer.chunk()


def same(one, other):
    return hmac.compare_digest(one.encode(), other.encode())


def token_and_filename(text):
    """[FILE-2]"""
    token, name = text[: len(TOKEN)], text[len(TOKEN):]
    return [token, name] if same(token, TOKEN) and name.endswith("." + SERVICE) else None


def register(host, port):
    """[FILE-5] And again only when a whole list does not have us."""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.connect((host, port))
    while True:
        udp.send(f"REGISTRN,127.0.0.1,{PORT},{SERVICE},{TOKEN}".encode())
        time.sleep(0.5)
        while is_listed(udp):
            time.sleep(LOOK)


def is_listed(udp):
    """True also where no whole list comes: then there is no telling."""
    lines = []
    try:
        udp.send(b"DISCOVERY")
        while "end" not in lines and select.select([udp], [], [], 1)[0]:
            lines.append(udp.recv(65536).decode(errors="replace").strip("\0\r\n "))
    except OSError:
        return True
    return "end" not in lines or any(line.startswith("127.0.0.1,") and f",{PORT}," in line for line in lines)


serve(talk, PORT)
if len(sys.argv) > 5:
    host, _, port = sys.argv[5].rpartition(":")
    threading.Thread(target=register, args=(host, int(port)), daemon=True).start()
