"""Sends its line, and the operator thinks."""
from _peer import connect, hear, say, until_closed

peer = connect()
hear(peer); say(peer, b"taco cat")
until_closed(peer)
