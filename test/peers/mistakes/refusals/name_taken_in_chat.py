"""A second login under a name that is there."""
from _peer import connect, hear, say, stay

first = connect()
hear(first); say(first, b":Eve:eve")
peer = connect()
hear(peer); say(peer, b":Eve:eve"); hear(peer)
stay()
