"""DISCOVRY."""
from _peer import hear, say, udp

peer = udp()
say(peer, b"DISCOVRY"); hear(peer)
