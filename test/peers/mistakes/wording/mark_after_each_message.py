"""EOF after the name and after each message."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"eveEOF"); hear(peer)
say(peer, b"good day|eveEOF"); hear(peer)
say(peer, b"good nightEOF"); hear(peer)
stay()
