"""The length as 0003 in front."""
from _peer import connect, say, stay

peer = connect()
for text in (b"bob", b"alice: hi|carl"):
    say(peer, f"{len(text):04}".encode() + text)
stay()
