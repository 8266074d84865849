"""A second joke on one connection."""
from _peer import connect, hear, say, stay

peer = connect()
for text in (b"Knock knock..", b"Boo", b"Don't cry, it's only a joke"):
    say(peer, text); hear(peer)
say(peer, b"Knock knock..")
stay()
