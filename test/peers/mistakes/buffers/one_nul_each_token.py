"""strlen() + 1 in front of a file server."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"server3\0")
hear(peer)
stay()
