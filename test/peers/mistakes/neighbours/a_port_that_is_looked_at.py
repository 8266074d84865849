"""A look whether the port is open, from a script."""
import time

from _peer import connect, hear, say, until_closed

connect().close()
time.sleep(0.2)
peer = connect()
say(peer, b"bob\n")
say(peer, b"8 / 2\n"); hear(peer)
say(peer, b"q\n"); until_closed(peer)
