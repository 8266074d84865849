"""A loop of sends without a reply read."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"bob")
for text in (b"4 * 4", b"5 * 5", b"6 * 6"):
    peer.setsockopt(6, 3, 1)
    peer.sendall(text)
peer.setsockopt(6, 3, 0)
hear(peer)
stay()
