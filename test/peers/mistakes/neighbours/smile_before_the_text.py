"""A text that begins with a word between colons."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
say(peer, b":Eve Berg:eve"); hear(peer)
say(peer, b":smile: good morning"); hear(peer)
stay()
