"""Answers bare."""
from _peer import accept, hear, read

peer = accept()
read(peer, len("netlab"))
while (text := hear(peer).decode().split()) and text != ["q"]:
    a, op, b = text
    peer.sendall(str({"+": float(a) + float(b), "*": float(a) * float(b)}[op]).encode())
