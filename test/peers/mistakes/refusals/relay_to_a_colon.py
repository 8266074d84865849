"""A colon for a bar."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"bob"); hear(peer)
say(peer, b"alice: hello"); hear(peer)
stay()
