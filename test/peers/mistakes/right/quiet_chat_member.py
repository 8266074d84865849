"""Logs in and listens."""
from _peer import connect, hear, say, until_closed

peer = connect()
hear(peer); say(peer, b":Eve:eve")
until_closed(peer)
