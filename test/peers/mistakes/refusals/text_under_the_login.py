"""Begins a text with the login instead of the name."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
say(peer, b":Eve Berg:eve"); hear(peer)
say(peer, b":eve:good morning"); hear(peer)
stay()
