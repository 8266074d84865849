"""Alice for alice."""
from _peer import connect, hear, say, stay

first = connect()
say(first, b"alice"); hear(first)
peer = connect()
say(peer, b"bob"); hear(peer)
say(peer, b"hello|Alice"); hear(peer)
stay()
