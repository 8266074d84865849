"""OK, and then the result."""
import time

from _peer import accept, hear, stay

peer = accept()
hear(peer)
while text := hear(peer):
    t = text.decode().strip()
    if t == "q": break
    a, op, b = t.split()
    r = {"+": float(a)+float(b), "-": float(a)-float(b), "*": float(a)*float(b), "/": float(a)/float(b)}[op]
    peer.sendall(b"OK"); time.sleep(.4); peer.sendall(b"%.1f" % r)
stay()
