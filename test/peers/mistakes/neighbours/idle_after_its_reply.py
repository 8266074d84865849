"""A person who thinks: the program waits at the keyboard."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"bob\n")
say(peer, b"8 / 2\n"); hear(peer)
stay()
