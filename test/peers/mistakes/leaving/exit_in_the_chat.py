"""Says /exit in a room, and reads until the end."""
from _peer import connect, hear, say, until_closed

peer = connect()
hear(peer); say(peer, b":Eve:eve"); hear(peer)
say(peer, b":Eve:/exit"); until_closed(peer)
