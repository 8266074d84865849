"""The leaving word glued to the last expression."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"bob")
say(peer, b"8 / 2" + b"q")
hear(peer)
stay()
