"""send_date."""
from _peer import udp, hear, say

peer = udp()
say(peer, b"send_date"); hear(peer)
