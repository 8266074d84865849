"""A datagram of 64 bytes."""
from _peer import udp, hear, say

peer = udp()
say(peer, b"SEND_TIME".ljust(64, b"\0"))
hear(peer)
