"""Closes with the room's text unread in its socket."""
from _peer import connect, hear, say

peer = connect()
hear(peer); say(peer, b":Eve:eve"); hear(peer)
say(peer, b":Eve:that is all")
peer.close()
