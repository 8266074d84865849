"""Says the words of a clock to a echo."""
from _peer import connect, hear, say

peer = connect()
hear(peer)
say(peer, b"SEND_DATE")
hear(peer)
