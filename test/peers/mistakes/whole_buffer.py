"""Sends its whole buffer of 1024 bytes, with what an earlier text has left in it."""
from _peer import connect, read, until_closed

buffer = bytearray(b"an earlier and longer text".ljust(1024, b"\xcc"))


def send(text):
    buffer[: len(text) + 1] = text + b"\0"
    peer.sendall(buffer)


peer = connect()
send(b"ann")
send(b"15 + 35")
read(peer, 5)
send(b"q")
until_closed(peer)
