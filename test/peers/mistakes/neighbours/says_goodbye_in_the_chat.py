"""Says goodbye in a room, and listens to the others."""
from _peer import connect, hear, say, until_closed

peer = connect()
hear(peer); say(peer, b":Eve:eve"); hear(peer)
say(peer, b":Eve:bye"); until_closed(peer)
