"""A person types."""
import time

from _peer import connect, hear, say, until_closed

peer = connect()
say(peer, b"bob\n")
time.sleep(1)
say(peer, b"8 / 2\n"); hear(peer)
time.sleep(1)
say(peer, b"q\n"); until_closed(peer)
