"""Says q twice, to be sure."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"eve\n")
say(peer, b"9 - 4\n"); hear(peer)
say(peer, b"q\n"); say(peer, b"q\n")
stay()
