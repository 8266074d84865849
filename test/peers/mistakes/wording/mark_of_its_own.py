"""Sends the mark with a send of its own."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"eve")
say(peer, b"3 * 3"); hear(peer)
say(peer, b"<EOM>"); hear(peer)
stay()
