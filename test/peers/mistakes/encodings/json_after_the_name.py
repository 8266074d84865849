"""JSON in the second message of a relay."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"eve"); hear(peer)
say(peer, b'{"text": "good day", "receiver": "eve", "id": 4}'); hear(peer)
stay()
