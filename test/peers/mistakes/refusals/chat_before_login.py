"""Text before the login."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
say(peer, b"hello everybody, how are you?"); hear(peer)
stay()
