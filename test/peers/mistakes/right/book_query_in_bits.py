"""A query byte by byte: a header that trickles in is waited for."""
import time

from _peer import connect, hear, until_closed

peer = connect()
for byte in b"Q\x0elu@example.org":
    peer.sendall(bytes([byte])); time.sleep(0.01)
hear(peer); until_closed(peer)
