"""A length in front of a datagram."""
from _peer import udp, hear, say

peer = udp()
say(peer, b"\0\x09SEND_DATE")
hear(peer)
