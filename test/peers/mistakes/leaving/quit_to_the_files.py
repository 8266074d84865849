"""Says QUIT to a file server, which takes it for a name."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"server3"); hear(peer)
say(peer, b"QUIT"); hear(peer)
stay()
