"""Divides as whole numbers."""
from _peer import accept, hear, stay

peer = accept()
hear(peer)
while text := hear(peer):
    t = text.decode().strip()
    if t == "q": break
    a, op, b = t.split()
    r = {"+": float(a)+float(b), "-": float(a)-float(b), "*": float(a)*float(b), "/": float(a)/float(b)}[op]
    peer.sendall(str(int(r)).encode())
stay()
