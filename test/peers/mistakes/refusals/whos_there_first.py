"""Says the server's line of the joke."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"Who's there?"); hear(peer)
stay()
