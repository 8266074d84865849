"""Sends at once, and takes the prompt for its first answer."""
from _peer import connect, say, read

peer = connect()
for text in (b"one", b"two"):
    say(peer, text)
    read(peer, 25 if text == b"one" else 3)
