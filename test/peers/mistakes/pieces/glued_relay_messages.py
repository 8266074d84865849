"""Name and message glued."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"carol" + b"good morning|dave")
hear(peer)
stay()
