"""DISCOVER: a slip, or eight bytes of the word."""
from _peer import hear, say, udp

peer = udp()
say(peer, b"DISCOVER"); hear(peer)
