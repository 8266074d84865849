"""Got after valid, before any filename."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"server3"); hear(peer)
say(peer, b"Got"); hear(peer)
