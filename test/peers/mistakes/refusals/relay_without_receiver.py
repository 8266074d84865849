"""A message without a user."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"bob"); hear(peer)
say(peer, b"hello alice"); hear(peer)
stay()
