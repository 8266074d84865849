"""Talks on after its name was refused."""
from _peer import connect, hear, say, stay

first = connect()
say(first, b"eve"); hear(first)
peer = connect()
say(peer, b"eve"); hear(peer)
say(peer, b"can you read this?|eve"); hear(peer)
stay()
