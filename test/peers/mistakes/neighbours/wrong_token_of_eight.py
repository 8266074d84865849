"""Another token of eight bytes."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"serverXY"); hear(peer)
