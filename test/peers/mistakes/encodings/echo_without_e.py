"""A backslash and an n, from a shell without -e."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
say(peer, b"hello\\n")
hear(peer)
say(peer, b"close\\n")
stay()
