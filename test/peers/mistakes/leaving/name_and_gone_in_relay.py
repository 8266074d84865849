"""Closes its socket before the first message."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"alice"); hear(peer)
peer.close()
