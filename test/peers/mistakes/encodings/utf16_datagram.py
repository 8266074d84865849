"""A wide string in a datagram."""
from _peer import udp, hear, say

peer = udp()
say(peer, "DISCOVERY".encode("utf-16-le"))
hear(peer)
