"""Talks on after its login was refused."""
from _peer import connect, hear, say, stay

first = connect()
hear(first); say(first, b":Eve:eve")
peer = connect()
hear(peer); say(peer, b":Eve:eve2"); hear(peer)
say(peer, b":Eve:hello to all of you"); hear(peer)
stay()
